import ContrastiveCore
import ContrastiveFiles
import ContrastiveTraining
import Testing
import _TestSupport

@Suite struct ImageSetTests {
  static let pixels: [UInt8] = Array(0..<12)

  private func set(_ count: Int, _ shape: ImageShape, _ labels: [Int]?) throws -> ImageSet {
    try ImageSet(Pixels(Array(Self.pixels[..<(count * shape.count)]), shape: shape), labels: labels)
  }

  @Test func whatDoesNotFit() throws {
    let shape = try ImageShape(height: 2, width: 2, channels: 3)
    #expect(throws: ContrastiveError.shape(argument: "labels", found: "[2]", expected: "[1]")) {
      try set(1, shape, [1, 2])
    }
    #expect(throws: ContrastiveError.empty(argument: "images")) { try set(0, shape, nil) }
  }

  /// Channels that come first are not taken for pixels, with the remedy in the message.
  @Test(
    arguments: [
      ([2, 3, 16, 16], true), ([1, 1, 28, 28], true), ([2, 4, 5, 5], true), ([2, 8, 8, 5], false),
      ([2, 3, 16, 4], nil), ([2, 5, 6, 1], nil),
    ] as [([Int], Bool?)])
  func channelsComeLast(_ shape: [Int], _ hasRemedy: Bool?) throws {
    try TemporaryFolder.use { folder in
      let path = folder.file("images.npy")
      let bytes = [UInt8](repeating: 7, count: shape.reduce(1, *))
      try NPYFile.write(Tensor(shape: shape, elements: .uint8(bytes)), to: path)
      guard let hasRemedy else {
        #expect(try ImageSet(imagesPath: path).shape.channels == shape[3])
        return
      }
      let understood =
        "holds U8 [\(shape.map(String.init).joined(separator: " × "))], understood as "
        + "\(shape[0]) images of \(shape[1]) × \(shape[2]) pixels with \(shape[3]) channels, "
        + "expected at most 4"
      let remedy =
        "; if channels come first, as in [n,C,H,W], put them last: in NumPy "
        + "images.transpose(0, 2, 3, 1)"
      #expect(
        throws: ContrastiveError.file(path: path, problem: understood + (hasRemedy ? remedy : ""))
      ) { try ImageSet(imagesPath: path) }
    }
  }

  @Test func imagesAlone() throws {
    try TemporaryFolder.use { folder in
      let path = folder.file("images.npy")
      try NPYFile.write(Tensor(shape: [2, 3, 2], elements: .uint8(Self.pixels)), to: path)
      let set = try ImageSet(imagesPath: path)
      #expect(set.labels == nil && set.count == 2 && "\(set.pixels.shape)" == "3 × 2 × 1")
      #expect(set.pixels.bytes == Self.pixels)
      #expect(
        throws: ContrastiveError.file(
          path: folder.file("none.npy"), problem: "cannot be opened: No such file or directory")
      ) { try ImageSet(imagesPath: folder.file("none.npy")) }
      // Every other name is read as IDX, which this is not.
      try NPYFile.write(Tensor(.uint8(Self.pixels)), to: folder.file("images"))
      #expect(
        throws: ContrastiveError.file(
          path: folder.file("images"),
          problem: "is not an IDX file: it does not start with two zero bytes")
      ) { try ImageSet(imagesPath: folder.file("images")) }
    }
  }
}
