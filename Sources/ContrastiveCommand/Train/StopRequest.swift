import CLibrary
import Dispatch
import Synchronization

/// A request to stop between two steps, made by SIGINT or SIGTERM.
///
/// Only the first signal is a request; it restores the default action of both, so that a second one
/// ends the program.
struct StopRequest {
  private final class Received: Sendable {
    let number = Atomic<Int32>(0)
  }

  private let received: Received
  private let sources: [any DispatchSourceSignal]

  /// Starts to handle the two signals.
  init() {
    let received = Received()
    self.received = received
    sources = [SIGINT, SIGTERM].compactMap { number in
      // What the parent has ignored stays so, as it is in a script's background.
      let previous = signal(number, SIG_IGN)
      if unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        return nil
      }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        received.number.store(number, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] { _ = signal(number, SIG_DFL) }
      }
      source.resume()
      return source
    }
  }

  /// The signal that was received, or nil.
  var number: Int32? {
    let number = received.number.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}
