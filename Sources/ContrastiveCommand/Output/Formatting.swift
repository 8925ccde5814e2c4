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

/// A number with a fixed number of digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 1e15 else { return "\(value)" }
  let (whole, part) = Int(scaled).quotientAndRemainder(dividingBy: Int(scale))
  let text = String(part)
  let fraction = digits == 0 ? "" : "." + String(repeating: "0", count: digits - text.count) + text
  return (value < 0 && scaled > 0 ? "-" : "") + "\(whole)" + fraction
}

/// A text with spaces after it, up to a width.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}
