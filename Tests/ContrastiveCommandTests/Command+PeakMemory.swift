import Foundation
import Testing
import _TestSupport

extension Command {
  /// Bytes that `contrastive` with these arguments holds in memory at most, as Linux tells.
  static func peakMemory(arguments: [String]) throws -> Int {
    let words = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for stream in [1, 2] as [Int32] {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0)
    }
    var process: pid_t = 0
    try #require(posix_spawn(&process, program, &actions, nil, words + [nil], environ) == 0)
    // A child's resource usage begins with its parent's memory; the kernel's own mark does not.
    var (status, peak) = (Int32(0), 0)
    while waitpid(process, &status, WNOHANG) == 0 {
      if let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
        let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let kibibytes = Int(line.filter(\.isNumber))
      {
        peak = max(peak, kibibytes * 1024)
      }
      usleep(500)
    }
    try #require(status == 0)
    return peak
  }
}
