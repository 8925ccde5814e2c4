import CLibrary
import ContrastiveFiles

/// What SIGINT, SIGTERM and SIGHUP do to a command: no half-written file is left, one line says
/// what was written before, and the exit code is 128 + the signal's number.
///
/// The signal's handler writes its number into a pipe, and a thread of its own reads it: whatever
/// the other threads do, they need not be asked. `train` has a handler of its own, which lets a
/// step end (`StopRequest`).
enum Interruption {
  /// The pipe's end to write to; a handler can read no more than this.
  nonisolated(unsafe) private static var signals: Int32 = -1

  /// Starts to listen, to those signals that the parent does not have ignored.
  static func listen() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    signals = ends[1]
    var thread = pthread_t()
    let reading = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    reading.initialize(to: ends[0])
    let isStarted =
      pthread_create(
        &thread, nil,
        { memory in
          guard let end = memory?.load(as: Int32.self) else { return nil }
          var number: UInt8 = 0
          while read(end, &number, 1) != 1 {}
          Interruption.end(number: Int32(number))
        }, reading) == 0
    guard isStarted else { return }
    pthread_detach(thread)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let previous = signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        let error = errno
        _ = write(Interruption.signals, &byte, 1)
        errno = error
      }
      if unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        _ = signal(number, SIG_IGN)
      }
    }
  }

  /// Ignores those signals from here on: the command has said how it ended.
  static func stopListening() {
    for number in [SIGINT, SIGTERM, SIGHUP] { _ = signal(number, SIG_IGN) }
  }

  private static func end(number: Int32) -> Never {
    PendingFiles.abandonAll { written in
      let name = number == SIGINT ? "interrupted" : number == SIGTERM ? "terminated" : "hung up"
      let files =
        written.isEmpty
        ? "; nothing was written" : " after writing \(written.joined(separator: ", "))"
      Standard.error("contrastive: \(name)\(files)\n")
      _exit(128 + number)
    }
  }
}
