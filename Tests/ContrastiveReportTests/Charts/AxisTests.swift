import ContrastiveReport
import Testing

@Suite struct AxisTests {
  static let ranges: [(values: [Double], low: Double, high: Double)] = [
    ([0, 1], 0, 1), ([79.13, 81.2], 79, 81.5), ([3, 3], 2.4, 3.6), ([-5, 5], -6, 6),
    ([7], 6, 8), ([0.28, 0.28], 0.24, 0.32), ([], 0, 1), ([0], -0.6, 0.6), ([0.97, 1], 0.97, 1),
    ([1, 1_000], 0, 1_000),
    ([-0.02, -0.013], -0.02, -0.012), ([.nan, 2, .infinity, 4], 2, 4), ([100], 90, 110),
  ]

  @Test(arguments: ranges) func coversItsValuesInRoundSteps(
    _ values: [Double], _ low: Double, _ high: Double
  ) {
    let axis = Axis(covering: values, from: 0, to: 100)
    #expect(abs(axis.low - low) < 1e-9 && abs(axis.high - high) < 1e-9, "\(axis)")
    #expect(3...12 ~= axis.ticks.count)
    #expect(axis.place(axis.low) == 0 && axis.place(axis.high) == 100)
    #expect(abs((axis.ticks.first ?? .nan) - low) < 1e-9)
    #expect(abs((axis.ticks.last ?? .nan) - high) < 1e-9)
    let steps = zip(axis.ticks.dropFirst(), axis.ticks).map { $0 - $1 }
    #expect(steps.allSatisfy { abs($0 - steps[0]) < 1e-9 })
    for value in values where value.isFinite { #expect(-1e-6...100.000_001 ~= axis.place(value)) }
  }

  /// Down: drawings count from the top.
  @Test func placesGrowLinearlyBetweenTheEnds() {
    let axis = Axis(covering: [0, 10], from: 220, to: 14)
    #expect(axis.place(0) == 220 && axis.place(10) == 14 && axis.place(5) == 117)
  }

  static let texts: [(values: [Double], texts: [String])] = [
    ([0, 1], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ([-5, 5], ["−6", "−4", "−2", "0", "2", "4", "6"]),
    ([0, 0.3], ["0.0", "0.1", "0.2", "0.3"]),
    ([1e-7, 5e-7], ["1e−7", "2e−7", "3e−7", "4e−7", "5e−7"]),
    ([2e6, 3e6], ["2.0e6", "2.2e6", "2.4e6", "2.6e6", "2.8e6", "3.0e6"]),
    ([0, 4e-4], ["0", "1e−4", "2e−4", "3e−4", "4e−4"]),
  ]

  @Test(arguments: texts) func ticksAreWritten(_ values: [Double], _ texts: [String]) {
    let axis = Axis(covering: values, from: 0, to: 1)
    #expect(axis.ticks.map(axis.text) == texts)
  }

  /// From the smallest to the largest numbers, near each other or far apart.
  @Test(arguments: [
    [1, 1 + 1e-12] as [Double], [2, 2.000_000_1], [1e-12, 5e-12], [-1e308, 1e308],
    [0, .leastNonzeroMagnitude], [1e300, 2e300],
    [1e15, 1e15 + 1], [-3e-9, 2e-9], [0.999_999, 1], [123_456, 123_457],
  ]) func ticksAreFiniteFewAndToldApart(_ values: [Double]) {
    let axis = Axis(covering: values, from: 0, to: 100)
    #expect(3...12 ~= axis.ticks.count)
    #expect(axis.ticks.allSatisfy { $0.isFinite })
    let texts = axis.ticks.map(axis.text)
    #expect(Set(texts).count == texts.count, "\(texts)")
    #expect(texts.allSatisfy { $0.count <= 10 }, "\(texts)")
  }

  static let whole: [(range: ClosedRange<Int>, ticks: [Double])] = [
    (1...1, [1]), (0...1, [0, 1]), (1...5, [1, 2, 3, 4, 5]), (1...10, [1, 2, 4, 6, 8, 10]),
    (1...100, [1, 20, 40, 60, 80, 100]), (0...40, [0, 10, 20, 30, 40]),
    // 19 would touch 20.
    (19...100, [20, 40, 60, 80, 100]), (199...1_800, [199, 500, 1_000, 1_500]),
    (4...40, [5, 10, 15, 20, 25, 30, 35, 40]), (6...45, [6, 10, 15, 20, 25, 30, 35, 40, 45]),
  ]

  @Test(arguments: whole) func wholeNumbersHaveWholeTicks(
    _ range: ClosedRange<Int>, _ ticks: [Double]
  ) {
    let axis = Axis(whole: range, from: 50, to: 386)
    #expect(axis.ticks == ticks)
    #expect(axis.digits == 0)
    #expect(axis.place(Double(range.lowerBound)) == 50)
    if range.count > 1 { #expect(axis.place(Double(range.upperBound)) == 386) }
  }

  @Test func longRangesAreNotWalked() {
    let axis = Axis(whole: 0...Int(Int32.max), from: 0, to: 1)
    #expect(3...12 ~= axis.ticks.count)
  }
}
