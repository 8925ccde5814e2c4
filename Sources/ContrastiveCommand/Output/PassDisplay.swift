import Contrastive
import Synchronization

/// Shows on standard error how far passes over embeddings are, once they take more than a second.
final class PassDisplay: Sendable {
  private let what: String
  private let isTerminal = Standard.isTerminal
  private let started = ContinuousClock.now
  private let shown = Mutex<Double>(0)

  /// - Parameter what: what is being done, such as "comparing".
  init(_ what: String) { self.what = what }

  /// The workers, which report to this display.
  func reporting(_ workers: Workers) -> Workers {
    workers.reporting { progress in
      let seconds = (ContinuousClock.now - self.started).seconds
      let interval = self.isTerminal ? 0.2 : 5.0
      let isDue = self.shown.withLock { last in
        guard seconds - last >= interval, seconds > 1 else { return false }
        last = seconds
        return true
      }
      if isDue {
        let text = "\(self.what): pass \(progress.pass), \(percent(progress.fraction))"
        if self.isTerminal {
          Standard.line(text, isLast: false)
        } else {
          Standard.error("\(text)\n")
        }
      }
      return true
    }
  }

  /// Leaves the terminal's line, where one was shown.
  func finish() {
    if isTerminal, shown.withLock({ $0 > 0 }) { Standard.line("\(what): done", isLast: true) }
  }
}
