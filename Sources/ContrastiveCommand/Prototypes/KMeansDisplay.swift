import Contrastive

/// Shows the progress of a clustering on standard error, one line a second at most.
struct KMeansDisplay {
  private let isTerminal = Standard.isTerminal
  private let clock = ContinuousClock()
  private var lastShown: ContinuousClock.Instant?

  mutating func show(_ progress: KMeansProgress, clusters: Int, iterations: Int) {
    let now = clock.now
    let isLast = progress.isConverged || progress.iteration == iterations
    if !isLast, let lastShown, now - lastShown < .seconds(isTerminal ? 0.1 : 1) { return }
    lastShown = now
    let restart = progress.restart > 0 ? " restart \(progress.restart)" : ""
    guard progress.iteration >= 0 else {
      let text = "k \(clusters)\(restart): \(percent(progress.computedShare)) of the seeds drawn"
      return write(text, isLast: false)
    }
    let text =
      "k \(clusters) iteration \(progress.iteration)/\(iterations)\(restart)"
      + ": objective \(short(progress.objective)), \(progress.moved) moved, "
      + "\(percent(progress.computedShare)) of the distances computed"
      + (progress.isConverged ? ", converged" : "")
    write(text, isLast: isLast)
  }

  private func write(_ text: String, isLast: Bool) {
    if isTerminal { Standard.line(text, isLast: isLast) } else { Standard.error("\(text)\n") }
  }
}
