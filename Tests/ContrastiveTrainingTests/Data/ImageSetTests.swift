import ContrastiveCore
import ContrastiveFiles
import ContrastiveTraining
import Testing

@Suite struct ImageSetTests {
  static let pixels: [UInt8] = Array(0..<12)

  @Test func prefix() throws {
    let set = try ImageSet(
      count: 3, height: 2, width: 1, channels: 2, pixels: Self.pixels, labels: [5, 6, 7])
    let two = try ImageSet(
      count: 2, height: 2, width: 1, channels: 2, pixels: Array(0..<8), labels: [5, 6])
    #expect(try set.prefix(2) == two)
    #expect(try set.prefix(3) == set && set.prefix(.max) == set)
    #expect(
      throws: ContrastiveError.parameter(name: "limit", found: "0", expected: "at least 1")
    ) { try set.prefix(0) }
    let unlabelled = try ImageSet(
      count: 12, height: 1, width: 1, channels: 1, pixels: Self.pixels, labels: nil)
    #expect(try unlabelled.prefix(1).labels == nil)
  }

  @Test(arguments: [
    [0, 2, 2, 3], [1, 2, 2, 2], [-1, -2, 2, 3], [1, 0, 2, 3], [.max, .max, .max, .max],
  ])
  func whatDoesNotFit(_ shape: [Int]) {
    #expect(throws: ContrastiveError.self) {
      try ImageSet(
        count: shape[0], height: shape[1], width: shape[2], channels: shape[3],
        pixels: Self.pixels, labels: nil)
    }
  }

  @Test func labelsThatDoNotFit() {
    #expect(throws: ContrastiveError.shape(argument: "labels", found: "[2]", expected: "[1]")) {
      try ImageSet(
        count: 1, height: 2, width: 2, channels: 3, pixels: Self.pixels, labels: [1, 2])
    }
  }

  @Test func imagesAlone() throws {
    try withFolder { folder throws in
      let path = "\(folder)/images.npy"
      try NPYFile.write(Tensor(shape: [2, 3, 2], elements: .uint8(Self.pixels)), to: path)
      let set = try ImageSet(imagesPath: path)
      #expect(set.labels == nil && set.count == 2 && set.imageShape == "3 × 2 × 1")
      #expect(set.pixels == Self.pixels)
      #expect(throws: ContrastiveError.self) { try ImageSet(imagesPath: "\(folder)/none.npy") }
      // Every other name is read as IDX, which this is not.
      try NPYFile.write(Tensor(.uint8(Self.pixels)), to: "\(folder)/images")
      #expect(
        throws: ContrastiveError.file(
          path: "\(folder)/images",
          problem: "is not an IDX file: it does not start with two zero bytes")
      ) { try ImageSet(imagesPath: "\(folder)/images") }
    }
  }
}
