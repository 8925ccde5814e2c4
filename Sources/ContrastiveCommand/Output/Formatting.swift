import ContrastiveReport

/// A share as a percentage with two digits.
func percent(_ share: Double) -> String { "\(fixed(100 * share, 2)) %" }

/// A number with about six digits, as objectives of any size are read.
func short(_ value: Double) -> String {
  switch abs(value) {
  case 0, 0.01..<1: fixed(value, 6)
  case 1..<100: fixed(value, 4)
  case 100..<1e6: fixed(value, 2)
  default: "\(Float(value))"
  }
}

/// A number with a fixed number of digits after the point, as a terminal shows it.
func fixed(_ value: Double, _ digits: Int) -> String {
  ContrastiveReport.fixed(value, digits).replacing("−", with: "-")
}

/// A text with spaces after it, up to a width.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}
