import ContrastiveTraining

/// Shows a run's progress on standard error: a bar on a terminal, plain lines elsewhere.
struct ProgressDisplay {
  /// What the encoder is before training.
  private let start: String
  private let isTerminal = Standard.isTerminal
  private let clock = ContinuousClock()
  private var lastShown: ContinuousClock.Instant?

  init(start: String) { self.start = start }

  /// Shows an event, if it is time to.
  mutating func show(_ event: TrainingEvent) {
    switch event {
    case .baselines(let random?, let pixels?):
      line("kNN accuracy: raw pixels \(percent(pixels)), \(start) \(percent(random))")
    case .baselines:
      line("kNN accuracy is not measured: it takes labels of training and of test images.")
    case .step(let progress):
      let interval = Duration.milliseconds(isTerminal ? 100 : 10_000)
      let now = clock.now
      // The first line of a log can wait, too.
      if !isTerminal && lastShown == nil { lastShown = now }
      if let lastShown, now - lastShown < interval { return }
      lastShown = now
      if isTerminal {
        Standard.line("\(bar(progress.fraction)) \(text(progress))", isLast: false)
      } else {
        line(text(progress))
      }
    case .epoch(let metrics):
      line(
        "epoch \(metrics.epoch): loss \(fixed(metrics.loss, 4)), "
          + (metrics.knnAccuracy.map { "kNN accuracy \(percent($0)), " } ?? "")
          + "\(fixed(metrics.seconds, 1)) s, "
          + "\(Int(metrics.imagesPerSecond)) images/s")
    }
  }

  private func text(_ progress: TrainingProgress) -> String {
    let left = progress.seconds * (1 - progress.fraction) / progress.fraction
    return "epoch \(progress.epoch)/\(progress.epochs) step \(progress.step)/\(progress.steps)"
      + "  loss \(fixed(progress.loss, 4))  \(Int(progress.imagesPerSecond)) images/s"
      + "  \(clockTime(left)) left"
  }

  private func bar(_ fraction: Double) -> String {
    let width = 24
    let full = Int((fraction * Double(width)).rounded(.down))
    return String(repeating: "━", count: full) + String(repeating: "─", count: width - full)
  }

  private func line(_ text: String) {
    if isTerminal { Standard.line(text, isLast: true) } else { Standard.error("\(text)\n") }
  }

  private func clockTime(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    let rest = whole % 60
    return "\(whole / 60):\(rest < 10 ? "0" : "")\(rest)"
  }
}
