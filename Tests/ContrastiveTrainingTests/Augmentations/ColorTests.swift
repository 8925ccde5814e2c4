import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// Saturation, hue, gray and solarization.
@Suite struct ColorTests {
  private func pixel(_ values: [Float]) throws -> Canvas {
    try Canvas(ImageShape(height: 1, width: 1, channels: 3), values: values)
  }

  private func changed(
    _ values: [Float], _ change: SaturationHue.Change
  ) throws -> [Float] {
    var image = try pixel(values)
    try SaturationHue().apply(change, to: &image)
    return image.values
  }

  private func expectClose(_ found: [Float], _ expected: [Float]) {
    // Worst seen: 1.2e-7.
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-6, "\(found)") }
  }

  @Test func saturationByHand() throws {
    // Luma of (1, 0.5, 0.25): 0.299 + 0.2935 + 0.0285 = 0.621.
    expectClose(
      try changed([1, 0.5, 0.25], .init(saturation: 0, hue: 0)), [0.621, 0.621, 0.621])
    expectClose(
      try changed([1, 0.5, 0.25], .init(saturation: 0.5, hue: 0)), [0.8105, 0.5605, 0.4355])
    expectClose(try changed([1, 0.5, 0.25], .init(saturation: 2, hue: 0)), [1, 0.379, 0])
  }

  @Test func hueByHand() throws {
    // A third of a turn: red → green → blue → red.
    expectClose(
      try changed([1, 0.5, 0.25], .init(saturation: 1, hue: 1 / 3)), [0.25, 1, 0.5])
    expectClose(
      try changed([1, 0.5, 0.25], .init(saturation: 1, hue: -1 / 3)), [0.5, 0.25, 1])
    // Half a turn of pure yellow is blue.
    expectClose(try changed([0.8, 0.8, 0], .init(saturation: 1, hue: 0.5)), [0, 0, 0.8])
    // Gray has no hue.
    expectClose(try changed([0.4, 0.4, 0.4], .init(saturation: 1, hue: 0.3)), [0.4, 0.4, 0.4])
  }

  @Test func turnsUndoEachOther() throws {
    var random = CounterRandom(seed: 3)
    for _ in 0..<200 {
      let values = (0..<3).map { _ in random.uniform() }
      let turn = random.uniform(-0.5, 0.5)
      let there = try changed(values, .init(saturation: 1, hue: turn))
      let back = try changed(there, .init(saturation: 1, hue: -turn))
      // Worst seen: 6.0e-7.
      for (a, b) in zip(back, values) { #expect(abs(a - b) < 3e-6) }
    }
  }

  @Test func orderMatters() throws {
    let change = SaturationHue.Change(saturation: 1.5, hue: 0.2)
    var other = change
    other.hueFirst = true
    let values: [Float] = [0.7, 0.5, 0.25]
    #expect(try changed(values, change) != changed(values, other))
  }

  @Test func grayIsLuma() throws {
    var image = try pixel([1, 0.5, 0.25])
    try Grayscale().apply(false, to: &image)
    #expect(image.values == [1, 0.5, 0.25])
    try Grayscale().apply(true, to: &image)
    expectClose(image.values, [0.621, 0.621, 0.621])
  }

  @Test(arguments: [1, 2, 4]) func otherChannelsHaveNoColor(_ channels: Int) throws {
    let shape = try ImageShape(height: 2, width: 3, channels: channels)
    var image = try Canvas(
      shape, values: (0..<shape.count).map { Float($0) / Float(shape.count) })
    let before = image.values
    try SaturationHue().apply(.init(saturation: 0, hue: 0.3), to: &image)
    try Grayscale().apply(true, to: &image)
    #expect(image.values == before)
  }

  @Test func solarization() throws {
    var image = try pixel([0.25, 0.5, 0.75])
    try Solarization().apply(true, to: &image)
    #expect(image.values == [0.25, 0.5, 0.25])
    try Solarization(threshold: 0).apply(true, to: &image)
    #expect(image.values == [0.75, 0.5, 0.75])
  }

  @Test func drawsStayInRange() throws {
    let shape = try ImageShape(height: 1, width: 1, channels: 3)
    var random = CounterRandom(seed: 5)
    let change = try SaturationHue(saturation: 0.5, hue: 0.25)
    let draws = (0..<2_000).compactMap { _ in change.draw(for: shape, using: &random) }
    // Five deviations of √(2000 · 0.8 · 0.2) = 18.
    #expect(abs(draws.count - 1_600) < 90)
    #expect(draws.allSatisfy { 0.5...1.5 ~= $0.saturation && -0.25...0.25 ~= $0.hue })
    #expect(draws.contains(where: \.hueFirst) && !draws.allSatisfy(\.hueFirst))
  }

  @Test func refusals() {
    #expect(
      throws: ContrastiveError.parameter(name: "saturation", found: "-1.0", expected: "0 or more")
    ) { try SaturationHue(saturation: -1) }
    #expect(throws: ContrastiveError.parameter(name: "hue", found: "0.6", expected: "0 … 0.5")) {
      try SaturationHue(hue: 0.6)
    }
    #expect(
      throws: ContrastiveError.parameter(name: "probability", found: "2.0", expected: "0 … 1")
    ) { try Grayscale(probability: 2) }
    #expect(throws: ContrastiveError.parameter(name: "threshold", found: "nan", expected: "0 … 1"))
    { try Solarization(threshold: .nan) }
  }
}
