import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// Bytes to numbers.
@Suite struct PixelsTests {
  @Test func scalesEveryChannelByItsOwn() throws {
    let shape = try ImageShape(height: 1, width: 2, channels: 3)
    let pixels = try Pixels([0, 51, 255, 255, 0, 51] + [51, 51, 51, 0, 0, 0], shape: shape)
    let scaling = try PixelScaling(mean: [0, 0.2, 1], deviation: [1, 0.5, 2])
    let images = try pixels.activations([1, 0], scaling: scaling).values
    let expected: [Float] = [0.2, 0, -0.4, 0, -0.4, -0.5] + [0, 0, 0, 1, -0.4, -0.4]
    // Worst seen: 3.0e-8.
    for (found, wanted) in zip(images, expected) { #expect(abs(found - wanted) < 1e-7) }
  }

  @Test func refusals() throws {
    let shape = try ImageShape(height: 2, width: 2, channels: 1)
    let pixels = try Pixels([UInt8](repeating: 0, count: 8), shape: shape)
    let scaling = try PixelScaling(mean: [0], deviation: [1])
    #expect(
      throws: ContrastiveError.shape(
        argument: "bytes", found: "[3]", expected: "a multiple of 2 × 2 × 1")
    ) { try Pixels([1, 2, 3], shape: shape) }
    #expect(
      throws: ContrastiveError.index(
        argument: "indices", position: 1, found: "2", expected: "0 ..< 2")
    ) { try pixels.activations([0, 2], scaling: scaling) }
    let colors = try PixelScaling(mean: [0, 0, 0], deviation: [1, 1, 1])
    #expect(throws: ContrastiveError.shape(argument: "scaling", found: "[3]", expected: "[1]")) {
      try pixels.activations([0], scaling: colors)
    }
    #expect(
      throws: ContrastiveError.parameter(
        name: "deviation", found: "[0.0]", expected: "numbers above 0")
    ) { try PixelScaling(mean: [0], deviation: [0]) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "deviation", found: "[2]", expected: "[1], at least 1")
    ) { try PixelScaling(mean: [0], deviation: [1, 1]) }
    #expect(throws: ContrastiveError.parameter(name: "height", found: "0", expected: "1 … 65536")) {
      try ImageShape(height: 0, width: 1, channels: 1)
    }
  }
}
