import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The wish of SIGINT or SIGTERM that the program stop when it is between two steps.
///
/// Only the first signal is a wish; after it both do again what they do by default.
struct StopRequest {
  private final class Received: Sendable {
    let number = Atomic<Int32>(0)
  }

  private let received: Received
  private let sources: [any DispatchSourceSignal]

  /// Takes the two signals from now on.
  init() {
    let received = Received()
    self.received = received
    sources = [SIGINT, SIGTERM].map { number in
      _ = signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        received.number.store(number, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] { _ = signal(number, SIG_DFL) }
      }
      source.resume()
      return source
    }
  }

  /// The number of the signal that came, or nil.
  var number: Int32? {
    let number = received.number.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}
