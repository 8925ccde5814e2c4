/// A number with a fixed number of digits after the point, or as it is when it is huge.
package func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 1e15 else { return "\(value)" }
  let (whole, part) = Int(scaled).quotientAndRemainder(dividingBy: Int(scale))
  let text = String(part)
  let fraction = digits == 0 ? "" : "." + String(repeating: "0", count: digits - text.count) + text
  return (value < 0 && scaled > 0 ? "−" : "") + "\(whole)" + fraction
}

/// A number to three digits: with a power of ten where it is tiny or huge.
package func short(_ value: Double) -> String {
  let exponent = decimalExponent(value)
  return -3..<6 ~= exponent ? fixed(value, 3) : scientific(value, 2, exponent)
}

/// A number as a multiple of a power of ten, such as 1.5e−7; 0 is 0.
func scientific(_ value: Double, _ digits: Int, _ exponent: Int) -> String {
  guard value != 0, value.isFinite else { return fixed(value, 0) }
  let sign = exponent < 0 ? "−" : ""
  return fixed(scaled(value, by: exponent), digits) + "e\(sign)\(abs(exponent))"
}

/// The exponent of the highest power of ten in a number; 0 for 0 and what is not finite.
func decimalExponent(_ value: Double) -> Int {
  var (rest, exponent) = (abs(value), 0)
  guard rest > 0, rest.isFinite else { return 0 }
  while rest >= 10 {
    rest /= 10
    exponent += 1
  }
  // A little less than 1 is what dividing leaves of 1.
  while rest < 0.999_999_999 {
    rest *= 10
    exponent -= 1
  }
  return exponent
}

/// A number divided by a power of ten.
func scaled(_ value: Double, by exponent: Int) -> Double {
  var value = value
  for _ in 0..<max(0, exponent) { value /= 10 }
  for _ in 0..<max(0, -exponent) { value *= 10 }
  return value
}

/// A share as a percentage.
package func percent(_ share: Double, digits: Int = 1) -> String {
  fixed(100 * share, digits) + "\u{A0}%"
}

/// Seconds for people.
package func duration(_ seconds: Double) -> String {
  let whole = seconds.rounded()
  guard seconds >= 59.95, whole < 1e15 else { return "\(fixed(seconds, 1)) s" }
  let total = Int(whole)
  return total < 3600
    ? "\(total / 60) min \(total % 60) s" : "\(total / 3600) h \(total % 3600 / 60) min"
}

/// A coordinate with as many digits as can be seen.
package func svg(_ value: Double) -> String {
  let tenths = (value * 10).rounded() / 10
  return tenths == tenths.rounded() && abs(tenths) < 1e15 ? "\(Int(tenths))" : "\(tenths)"
}
