import Contrastive

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Shows the progress of a clustering on standard error, one line a second at most.
struct KMeansDisplay {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private var lastShown: ContinuousClock.Instant?

  mutating func show(_ progress: KMeansProgress, clusters: Int, iterations: Int) {
    let now = clock.now
    let isLast = progress.isConverged || progress.iteration == iterations
    if !isLast, let lastShown, now - lastShown < .seconds(isTerminal ? 0.1 : 1) { return }
    lastShown = now
    let text =
      "k \(clusters) iteration \(progress.iteration)/\(iterations)"
      + (progress.restart > 0 ? " restart \(progress.restart)" : "")
      + ": objective \(progress.objective), \(progress.moved) moved, \(percent(progress.computedShare)) of the distances computed"
      + (progress.isConverged ? ", converged" : "")
    Standard.error(isTerminal ? "\r\u{1B}[K\(text)\(isLast ? "\n" : "")" : "\(text)\n")
  }
}
