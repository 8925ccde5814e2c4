/// Mean and spread over seeds.
struct Statistics {
  let values: [Double]

  var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// Standard deviation of a sample; nil for fewer than two.
  var deviation: Double? {
    guard values.count > 1 else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// "81.6 ± 0.3" in percent.
  func percent(signed: Bool = false) -> String {
    guard !values.isEmpty else { return "not run" }
    let sign = signed && mean >= 0 ? "+" : ""
    return sign + rounded(100 * mean) + (deviation.map { " ± " + rounded(100 * $0) } ?? "")
  }

  private func rounded(_ value: Double) -> String {
    let tenths = Int((10 * value).rounded())
    return "\(tenths < 0 ? "−" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
