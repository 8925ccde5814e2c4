import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// Quarter turns to the bit, other angles by what they must keep.
@Suite struct RotationTests {
  private func image(_ height: Int, _ width: Int, _ channels: Int) throws -> Canvas {
    let shape = try ImageShape(height: height, width: width, channels: channels)
    var random = CounterRandom(seed: 6)
    return try Canvas(shape, values: (0..<shape.count).map { _ in random.uniform() })
  }

  @Test func quarterTurnByHand() throws {
    // Counter-clockwise: what was on the right comes to the top.
    var square = try Canvas(ImageShape(height: 2, width: 2, channels: 1), values: [1, 2, 3, 4])
    try Rotation(.quarterTurns).apply(90, to: &square)
    #expect(square.values == [2, 4, 1, 3])
    try Rotation(.quarterTurns).apply(180, to: &square)
    #expect(square.values == [3, 1, 4, 2])
  }

  @Test(arguments: [(4, 1), (5, 3)])
  func fourQuarterTurnsAreTheImage(_ size: Int, _ channels: Int) throws {
    var image = try image(size, size, channels)
    let before = image.values
    let rotation = try Rotation(.quarterTurns)
    for _ in 0..<3 {
      rotation.apply(90, to: &image)
      #expect(image.values != before)
    }
    rotation.apply(90, to: &image)
    #expect(image.values == before)
    for angle in [Float(270), 90, 180, 180, -90, 90] { rotation.apply(angle, to: &image) }
    #expect(image.values == before)
  }

  @Test func theMiddleStays() throws {
    var image = try image(5, 7, 3)
    let middle = (2 * 7 + 3) * 3
    let before = Array(image.values[middle..<(middle + 3)])
    try Rotation(.within(degrees: 45)).apply(33, to: &image)
    #expect(Array(image.values[middle..<(middle + 3)]) == before)
    #expect(image.shape == (try ImageShape(height: 5, width: 7, channels: 3)))
  }

  @Test func halfATurnAndBackByHand() throws {
    // A turn of 45°: (0, 1) of a 3 × 3 image comes from (√½, √½) beyond the middle.
    var image = try Canvas(
      ImageShape(height: 3, width: 3, channels: 1), values: [0, 0, 0, 0, 0, 0, 0, 0, 1])
    try Rotation(.within(degrees: 45)).apply(-45, to: &image)
    // Source of (row 2, column 1): (1 + √½, 1 + √½), so the corner counts ½.
    #expect(abs(image.values[7] - 0.5) < 1e-6)
  }

  @Test func draws() throws {
    let shape = try ImageShape(height: 3, width: 3, channels: 1)
    var random = CounterRandom(seed: 5)
    let quarters = try Rotation(.quarterTurns)
    var counts: [Float: Int] = [:]
    for _ in 0..<4_000 { counts[quarters.draw(for: shape, using: &random), default: 0] += 1 }
    #expect(Set(counts.keys) == [0, 90, 180, 270])
    // Five deviations of √(4000 · 3 / 16) = 27.
    #expect(counts.values.allSatisfy { abs($0 - 1_000) < 137 })
    let small = try Rotation(.within(degrees: 10), probability: 0.5)
    let angles = (0..<1_000).map { _ in small.draw(for: shape, using: &random) }
    #expect(angles.allSatisfy { -10...10 ~= $0 })
    #expect(abs(angles.count { $0 == 0 } - 500) < 80)
  }

  @Test func refusals() {
    #expect(
      throws: ContrastiveError.parameter(name: "degrees", found: "181.0", expected: "0 … 180")
    ) { try Rotation(.within(degrees: 181)) }
    #expect(
      throws: ContrastiveError.parameter(name: "probability", found: "2.0", expected: "0 … 1")
    ) { try Rotation(.quarterTurns, probability: 2) }
  }
}
