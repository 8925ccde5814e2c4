import Testing

import ContrastiveTraining

/// Boxes of heat maps.
@Suite struct HeatMapBoxTests {
  private func box(
    _ map: [Float], _ height: Int, _ width: Int, in shape: ImageShape, threshold: Float = 0.1
  ) -> ContrastiveCrop.Box {
    ContrastiveCrop.Box(
      heat: map, ImageShape(unchecked: height, width, 1), in: shape, threshold: threshold)
  }

  private let hill: [Float] = [0, 0, 0, 0, 0, 3, 8, 0, 0, 5, 10, 0.5, 0, 0, 0.4, 0]

  /// The numbers of the authors' code for this map.
  @Test func asTheAuthorsCode() {
    let shape = ImageShape(unchecked: 32, 32, 3)
    let expected = ContrastiveCrop.Box(top: 0.15625, left: 0.1875, bottom: 0.8125, right: 0.84375)
    #expect(box(hill, 4, 4, in: shape) == expected)
    // Neither scale nor an offset matters.
    #expect(box(hill.map { 64 * $0 - 32 }, 4, 4, in: shape) == expected)
  }

  /// A map of the image's own size, which nothing is interpolated in.
  @Test func firstAndLastAboveTheThreshold() {
    var map = [Float](repeating: 0, count: 30)
    (map[1 * 6 + 2], map[3 * 6 + 4], map[4 * 6 + 5]) = (10, 6, 5)
    let shape = ImageShape(unchecked: 5, 6, 1)
    #expect(
      box(map, 5, 6, in: shape, threshold: 0.55)
        == ContrastiveCrop.Box(top: 1 / 5, left: 2 / 6, bottom: 3 / 5, right: 4 / 6))
    // Above is strict.
    #expect(
      box(map, 5, 6, in: shape, threshold: 0.5)
        == ContrastiveCrop.Box(top: 1 / 5, left: 2 / 6, bottom: 3 / 5, right: 4 / 6))
    #expect(
      box(map, 5, 6, in: shape, threshold: 0.4)
        == ContrastiveCrop.Box(top: 1 / 5, left: 2 / 6, bottom: 4 / 5, right: 5 / 6))
  }

  @Test func wholeImageWhereNothingStandsOut() {
    let shape = ImageShape(unchecked: 8, 6, 1)
    #expect(box([2, 2, 2, 2], 2, 2, in: shape) == .whole)
    #expect(box([0], 1, 1, in: shape) == .whole)
    #expect(box([0, .infinity, 0, 0], 2, 2, in: shape) == .whole)
    // Interpolation flattens the peak below the threshold.
    #expect(box(hill, 4, 4, in: ImageShape(unchecked: 32, 32, 1), threshold: 0.99) == .whole)
  }
}
