import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// Where crops guided by boxes lie.
@Suite struct ContrastiveCropTests {
  private let shape = ImageShape(unchecked: 40, 30, 1)

  private func crops(
    alpha: Float, _ boxes: [ContrastiveCrop.Box], image: Int = 0
  ) throws -> [RandomResizedCrop.Rectangle] {
    let crop = try ContrastiveCrop(
      RandomResizedCrop(scale: 0.04...0.06), alpha: alpha, boxes: boxes)
    var random = CounterRandom(seed: 2)
    return (0..<2_000).map { _ in crop.draw(for: shape, image: image, using: &random) }
  }

  @Test func centersLieInTheBox() throws {
    let box = ContrastiveCrop.Box(top: 0.25, left: 0.5, bottom: 0.5, right: 0.9)
    for crop in try crops(alpha: 0.5, [.whole, box], image: 1) {
      #expect(10...20 ~= crop.top + crop.height / 2)
      #expect(15...27 ~= crop.left + crop.width / 2)
    }
  }

  @Test func cropsStayInTheImage() throws {
    for crop in try crops(alpha: 0.1, [.whole]) {
      #expect(crop.top >= 0 && crop.top + crop.height <= 40)
      #expect(crop.left >= 0 && crop.left + crop.width <= 30)
    }
  }

  /// Beta(α, α) has mean ½ and variance 1 / (4 (2α + 1)).
  @Test(arguments: [Float(0.1), 0.6, 1, 3]) func placesFollowTheBeta(_ alpha: Float) throws {
    let crop = try ContrastiveCrop(
      RandomResizedCrop(scale: 0.25...0.25, aspect: 1...1), alpha: alpha, boxes: [.whole])
    let large = try ImageShape(height: 4_000, width: 4_000, channels: 1)
    var random = CounterRandom(seed: 2)
    let shares = (0..<4_000).map { _ in
      Double(crop.draw(for: large, image: 0, using: &random).top) / 2_000
    }
    let mean = shares.reduce(0, +) / 4_000
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4_000
    // Five deviations of the mean, at most √(¼ / 4000) = 0.008; seen 0.0074.
    #expect(abs(mean - 0.5) < 0.04)
    // Seen: 0.001.
    #expect(abs(variance - 1 / (4 * (2 * Double(alpha) + 1))) < 0.012)
  }

  @Test func withoutABoxItIsTheCropItself() throws {
    let plain = try RandomResizedCrop(scale: 0.04...0.06)
    var random = CounterRandom(seed: 2)
    let expected = (0..<2_000).map { _ in plain.draw(for: shape, using: &random) }
    #expect(try crops(alpha: 0.5, []) == expected)
    #expect(try crops(alpha: 0.5, [.whole], image: 7) == expected)
  }

  @Test func edgesByHand() {
    // 480 × 640, a crop of 309 × 357: ⌊480 · 0.15625⌋ − 154 < 0, ⌊480 · 0.8125⌋ − 154 = 236, kept
    // within 480 − 309 = 171.
    func place(_ share: Float) -> Int {
      ContrastiveCrop.place(share, from: 0.15625, to: 0.8125, size: 309, of: 480)
    }
    #expect(place(0) == 0 && place(0.9) == 153 && place(1) == 171)
    #expect(
      ContrastiveCrop.place(0.25, from: 0.1875, to: 0.84375, size: 357, of: 640) == 70)
  }

  @Test func refusals() throws {
    #expect(
      throws: ContrastiveError.parameter(
        name: "alpha", found: "0.0", expected: "above 0, at most 100")
    ) {
      try ContrastiveCrop(RandomResizedCrop(), alpha: 0)
    }
  }
}
