/// Shows how many pictures are decoded on standard error, when it takes long.
struct DecodingDisplay {
  private let clock = ContinuousClock()
  private var lastShown: ContinuousClock.Instant
  private var isShown = false

  init() { lastShown = clock.now }

  /// Shows a number, if it is time to.
  mutating func show(_ done: Int, of total: Int) {
    let interval = Duration.milliseconds(Standard.isTerminal ? 200 : 10_000)
    let now = clock.now
    guard now - lastShown >= interval else { return }
    lastShown = now
    let text = "\(done) of \(total) pictures decoded"
    if Standard.isTerminal {
      Standard.line(text, isLast: false)
      isShown = true
    } else {
      Standard.error("\(text)\n")
    }
  }

  /// Removes the line.
  func end() {
    if isShown { Standard.error("\r\u{1B}[K") }
  }
}
