/// A number line: round ticks that cover some values, and where a value lies on the drawing.
package struct Axis: Sendable {
  package let low: Double
  package let high: Double
  package let ticks: [Double]
  /// Digits after the point that tell the ticks apart.
  package let digits: Int
  /// The ends of the line on the drawing.
  let start: Double
  let end: Double

  /// An axis over values, with about `count` steps of 1, 2 or 5 times a power of ten.
  package init(covering values: [Double], from start: Double, to end: Double, ticks count: Int = 5)
  {
    let least = values.min() ?? 0
    let most = values.max() ?? 1
    // A single value gets room around it.
    let room = most > least ? 0 : max(abs(most) * 0.1, 0.5)
    let (least2, most2) = (least - room, most + room)
    let step = Self.roundStep((most2 - least2) / Double(max(1, count)))
    low = (least2 / step).rounded(.down) * step
    high = (most2 / step).rounded(.up) * step
    let steps = Int(((high - low) / step).rounded())
    let low = low
    ticks = (0...max(1, steps)).map { low + Double($0) * step }
    var (digits, unit) = (0, step)
    while unit < 0.999, digits < 9 {
      unit *= 10
      digits += 1
    }
    self.digits = digits
    self.start = start
    self.end = end
  }

  /// An axis over whole numbers, with ticks on some of them.
  package init(
    whole range: ClosedRange<Int>, from start: Double, to end: Double, ticks count: Int = 8
  ) {
    let step = max(1, Int(Self.roundStep(Double(range.count) / Double(count)).rounded(.up)))
    low = Double(range.lowerBound)
    high = Double(max(range.upperBound, range.lowerBound + 1))
    ticks = range.filter { $0 == range.lowerBound || $0 % step == 0 }.map(Double.init)
    digits = 0
    self.start = start
    self.end = end
  }

  /// Where a value lies on the drawing.
  package func place(_ value: Double) -> Double {
    start + (value - low) / (high - low) * (end - start)
  }

  /// 1, 2 or 5 times a power of ten, at least `rough`.
  private static func roundStep(_ rough: Double) -> Double {
    guard rough > 0, rough.isFinite else { return 1 }
    var power = 1.0
    while power * 10 <= rough { power *= 10 }
    while power > rough { power /= 10 }
    return ([1, 2, 5, 10] as [Double]).map { $0 * power }.first { $0 >= rough * 0.999 } ?? power
  }
}

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

/// A share as a percentage.
func percent(_ share: Double, digits: Int = 1) -> String { fixed(100 * share, digits) + "\u{A0}%" }
