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

  /// The largest magnitude that is drawn: differences of larger ones may not be finite.
  static let largest = 1e300

  /// An axis over values, with about `count` steps of 1, 2 or 5 times a power of ten.
  package init(covering values: [Double], from start: Double, to end: Double, ticks count: Int = 5)
  {
    let values = values.filter { abs($0) <= Self.largest }
    let least = values.min() ?? 0
    let most = values.max() ?? 1
    // A single value, or some that ticks could not tell apart, get room around them.
    let isPoint = most - least <= max(1e-6 * max(abs(most), abs(least)), 1 / Self.largest)
    // Around a share, less than around a count.
    let smallest = 1e-9..<1 ~= abs(most) ? 0 : 0.5
    let room = isPoint ? max(abs(most) * 0.1, smallest) : 0
    let (least2, most2) = (least - room, most + room)
    let step = roundStep((most2 - least2) / Double(max(1, count)))
    // A value that is a tick but for rounding needs no further step.
    low = (least2 / step + 1e-9).rounded(.down) * step
    high = (most2 / step - 1e-9).rounded(.up) * step
    let steps = Int(((high - low) / step).rounded())
    let low = low
    ticks = (0...max(1, steps)).map { low + Double($0) * step }
    digits = Axis.digits(of: step)
    self.start = start
    self.end = end
  }

  /// An axis over whole numbers, with ticks on some of them.
  package init(
    whole range: ClosedRange<Int>, from start: Double, to end: Double, ticks count: Int = 8
  ) {
    let (first, last) = (range.lowerBound, range.upperBound)
    let step = max(1, Int(roundStep(Double(last - first + 1) / Double(count)).rounded(.up)))
    low = Double(first)
    high = Double(max(last, first + 1))
    // The first number has a tick unless the next one would touch it.
    let round = stride(from: (first + step - 1) / step * step, through: last, by: step)
    let isApart = first % step == 0 || 2 * (first % step) <= step
    ticks = ((first % step != 0 && isApart ? [first] : []) + round).map(Double.init)
    digits = 0
    self.start = start
    self.end = end
  }

  /// Where a value lies on the drawing.
  package func place(_ value: Double) -> Double {
    start + (value - low) / (high - low) * (end - start)
  }

  /// A tick as it is written beside the line: short, and unlike the others.
  package func text(_ tick: Double) -> String {
    let exponent = decimalExponent(max(abs(low), abs(high)))
    guard !(-3..<6 ~= exponent), ticks.count > 1 else { return fixed(tick, digits) }
    let step = scaled(ticks[1] - ticks[0], by: exponent)
    return scientific(tick, Axis.digits(of: step), exponent)
  }

  private static func digits(of step: Double) -> Int {
    var (digits, unit) = (0, step)
    while unit < 0.999, digits < 9 {
      unit *= 10
      digits += 1
    }
    return digits
  }
}

/// 1, 2 or 5 times a power of ten, at least `rough`.
private func roundStep(_ rough: Double) -> Double {
  guard rough > 0, rough.isFinite else { return 1 }
  var power = 1.0
  while power * 10 <= rough { power *= 10 }
  while power > rough { power /= 10 }
  return ([1, 2, 5, 10] as [Double]).map { $0 * power }.first { $0 >= rough * 0.999 } ?? power
}
