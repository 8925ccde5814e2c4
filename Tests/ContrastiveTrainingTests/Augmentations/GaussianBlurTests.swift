import CLibrary
import ContrastiveCore
import ContrastiveTraining
import Testing
import _TestSupport

/// The blur against its definition in Double.
@Suite struct GaussianBlurTests {
  /// Every pixel as the weighted sum of all pixels around it, mirrored beyond the edges.
  private func definition(_ values: [Float], _ shape: ImageShape, _ deviation: Double) -> [Double] {
    func weights(_ extent: Int) -> [Int: Double] {
      let reach = min(Int((3 * deviation).rounded(.up)), extent - 1)
      var weights: [Int: Double] = [:]
      for step in -reach...reach {
        weights[step] = exp(-Double(step * step) / (2 * deviation * deviation))
      }
      let total = weights.values.reduce(0, +)
      return weights.mapValues { $0 / total }
    }
    func inside(_ place: Int, _ extent: Int) -> Int {
      place < 0 ? -place : place >= extent ? 2 * extent - 2 - place : place
    }
    let (down, across) = (weights(shape.height), weights(shape.width))
    var result: [Double] = []
    for row in 0..<shape.height {
      for column in 0..<shape.width {
        for channel in 0..<shape.channels {
          var sum = 0.0
          for (dy, v) in down {
            for (dx, h) in across {
              let y = inside(row + dy, shape.height)
              let x = inside(column + dx, shape.width)
              sum += v * h * Double(values[(y * shape.width + x) * shape.channels + channel])
            }
          }
          result.append(sum)
        }
      }
    }
    return result
  }

  @Test(
    arguments: [(9, 8, 1), (5, 12, 3), (2, 3, 2), (1, 1, 1), (1, 6, 3)],
    [Float(0.1), 0.7, 2, 9])
  func blurIsItsDefinition(_ size: (Int, Int, Int), _ deviation: Float) throws {
    let shape = try ImageShape(height: size.0, width: size.1, channels: size.2)
    var random = CounterRandom(seed: 4)
    let values = (0..<shape.count).map { _ in random.uniform() }
    var image = try Canvas(shape, values: values)
    let blur = try GaussianBlur()
    blur.apply(nil, to: &image)
    #expect(image.values == values)
    blur.apply(deviation, to: &image)
    let expected = definition(values, shape, Double(deviation))
    // Worst seen: 1.3e-7.
    for (a, b) in zip(image.values, expected) { #expect(abs(Double(a) - b) < 1e-6) }
  }

  @Test func evenImagesStay() throws {
    let shape = try ImageShape(height: 7, width: 5, channels: 3)
    var image = try Canvas(shape, values: [Float](repeating: 0.5, count: shape.count))
    try GaussianBlur().apply(1.3, to: &image)
    // Worst seen: 0.
    for value in image.values { #expect(abs(value - 0.5) < 1e-6) }
  }

  @Test func refusals() {
    #expect(
      throws: ContrastiveError.parameter(
        name: "deviation", found: "0.0...1.0", expected: "above 0, at most 64")
    ) { try GaussianBlur(deviation: 0...1) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "deviation", found: "1.0...65.0", expected: "above 0, at most 64")
    ) { try GaussianBlur(deviation: 1...65) }
    #expect(
      throws: ContrastiveError.parameter(name: "probability", found: "-1.0", expected: "0 … 1")
    ) { try GaussianBlur(probability: -1) }
  }
}
