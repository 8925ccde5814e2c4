import Foundation
import Testing

/// The program as a user runs it.
struct Command {
  let status: Int32
  let output: String
  let errors: String

  /// Lines on standard error.
  var errorLines: [Substring] { errors.split(separator: "\n") }

  /// The JSON object on standard output.
  func json() throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }

  /// Runs `contrastive` with arguments and waits for it.
  init(_ arguments: String...) throws { try self.init(arguments: arguments) }

  /// Runs `contrastive` with arguments and waits for it.
  init(arguments: [String]) throws {
    let process = Process()
    // The test runner stands beside the products it was built with.
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("contrastive")
    process.arguments = arguments
    let folder = try TemporaryFolder()
    let (out, err) = (try folder.newFile("out"), try folder.newFile("err"))
    process.standardOutput = out
    process.standardError = err
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = try folder.text("out")
    errors = try folder.text("err")
  }
}

extension Command {
  /// Bytes that `contrastive` with these arguments holds in memory at most, as Linux tells.
  static func peakMemory(arguments: [String]) throws -> Int {
    let program = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("contrastive").path
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

/// A folder that is removed with the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("contrastive-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  subscript(name: String) -> String { "\(path)/\(name)" }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self[name]) }

  func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: self[name]))
  }

  func text(_ name: String) throws -> String { String(decoding: try data(name), as: UTF8.self) }

  func newFile(_ name: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: self[name]))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: self[name]))
  }

  /// An .npy file of whole numbers: u1 images or i8 labels.
  func writeNPY(_ name: String, type: String, shape: [Int], bytes: [UInt8]) throws {
    let lengths = shape.map { "\($0)," }.joined()
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(lengths)), }"
    while (10 + header.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let length = UInt16(header.count)
    let start: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
    try Data(start + Array(header.utf8) + bytes).write(to: URL(fileURLWithPath: self[name]))
  }

  func writeLabels(_ name: String, _ labels: [Int64]) throws {
    let bytes = labels.flatMap { label in
      (0..<8).map { UInt8(truncatingIfNeeded: label >> ($0 * 8)) }
    }
    try writeNPY(name, type: "<i8", shape: [labels.count], bytes: bytes)
  }
}
