import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveFiles

/// What is saved is what is read, in every element type and in shapes up to none and empty.
@Suite struct RoundTripTests {
  static let shapes: [[Int]] = [[], [0], [1], [7], [2, 3], [0, 5], [5, 0], [2, 1, 3, 2]]

  static func tensor(_ type: Tensor.ElementType, _ shape: [Int]) throws -> Tensor {
    let count = shape.reduce(1, *)
    let extremes: Tensor.Elements =
      switch type {
      case .float32:
        .float32((0..<count).map { [-0.0, .infinity, 0.1, .leastNonzeroMagnitude][$0 % 4] })
      case .float64: .float64((0..<count).map { [0.1, -.infinity, 1e300, -0.0][$0 % 4] })
      case .int32: .int32((0..<count).map { [.min, .max, -1][$0 % 3] })
      case .int64: .int64((0..<count).map { [.max, -1, .min][$0 % 3] })
      case .uint8: .uint8((0..<count).map { [255, 0, 128][$0 % 3] })
      }
    return try Tensor(shape: shape, elements: extremes)
  }

  @Test(arguments: Tensor.ElementType.allCases, shapes)
  func npy(type: Tensor.ElementType, shape: [Int]) throws {
    let tensor = try Self.tensor(type, shape)
    try TemporaryFolder.use { folder throws in
      try NPYFile.write(tensor, to: folder.file("a.npy"))
      #expect(try NPYFile.read(path: folder.file("a.npy")) == tensor)
      let bytes = try folder.bytes("a.npy")
      #expect((bytes.count - tensor.elements.count * type.width) % 64 == 0)
    }
  }

  @Test func safetensors() throws {
    var tensors: [String: Tensor] = [:]
    for type in Tensor.ElementType.allCases {
      for shape in Self.shapes {
        tensors["\(type.rawValue)/\(shape)"] = try Self.tensor(type, shape)
      }
    }
    tensors["a \"name\"\n\\ with é, 🙂 and \u{1}"] = try Self.tensor(.uint8, [3])
    tensors[""] = try Self.tensor(.float32, [2])
    let metadata = ["step": "7", "": "", "quote\"": "line\nfeed"]
    try TemporaryFolder.use { folder throws in
      let path = folder.file("a.safetensors")
      try SafetensorsFile(tensors: tensors, metadata: metadata).write(to: path)
      let read = try SafetensorsFile(path: path)
      #expect(read.tensors == tensors)
      #expect(read.metadata == metadata)
      #expect(read.path == path)
    }
  }

  @Test func safetensorsOfNothing() throws {
    try TemporaryFolder.use { folder throws in
      try SafetensorsFile(tensors: [:]).write(to: folder.file("a"))
      let read = try SafetensorsFile(path: folder.file("a"))
      #expect(read.tensors.isEmpty && read.metadata.isEmpty)
    }
  }
}
