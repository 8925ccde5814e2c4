import ContrastiveCore
import FoundationEssentials
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
      case .float16: .float16((0..<count).map { [0x8000, 0x7bff, 1][$0 % 3] })
      case .bfloat16: .bfloat16((0..<count).map { [0x3f80, 0xff80, 1][$0 % 3] })
      case .float32:
        .float32((0..<count).map { [-0.0, .infinity, 0.1, .leastNonzeroMagnitude][$0 % 4] })
      case .float64: .float64((0..<count).map { [0.1, -.infinity, 1e300, -0.0][$0 % 4] })
      case .int8: .int8((0..<count).map { [.min, .max, -1][$0 % 3] })
      case .int16: .int16((0..<count).map { [.min, .max, -1][$0 % 3] })
      case .int32: .int32((0..<count).map { [.min, .max, -1][$0 % 3] })
      case .int64: .int64((0..<count).map { [.max, -1, .min][$0 % 3] })
      case .uint8: .uint8((0..<count).map { [255, 0, 128][$0 % 3] })
      case .uint16: .uint16((0..<count).map { [.max, 0, 258][$0 % 3] })
      case .uint32: .uint32((0..<count).map { [.max, 0, 258][$0 % 3] })
      case .uint64: .uint64((0..<count).map { [.max, 0, 258][$0 % 3] })
      case .bool: .bool((0..<count).map { [1, 0][$0 % 2] })
      }
    return try Tensor(shape: shape, elements: extremes)
  }

  @Test(arguments: Tensor.ElementType.allCases.filter { $0 != .bfloat16 }, shapes)
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

  /// By path, by address and in memory: the same bytes, the same contents.
  @Test func everyWayIn() throws {
    let tensor = try Self.tensor(.int16, [2, 3])
    let file = SafetensorsFile(tensors: ["a": tensor], metadata: ["b": "c"])
    try TemporaryFolder.use { folder throws in
      let url = URL(filePath: folder.file("ü b.npy"))
      try NPYFile.write(tensor, to: url)
      #expect(try NPYFile.data(of: tensor) == Data(folder.bytes("ü b.npy")))
      #expect(try NPYFile.read(url) == tensor)
      // A slice of data keeps its parent's indices.
      let inside = try Data([0, 0]) + NPYFile.data(of: tensor)
      #expect(try NPYFile.read(inside[2...]) == tensor)
      let packed = Data(FileBytes.gzip(Array(inside[2...])))
      #expect(try NPYFile.read(packed) == tensor)

      let other = URL(filePath: folder.file("a.safetensors"))
      try file.write(to: other)
      #expect(try file.data() == Data(folder.bytes("a.safetensors")))
      for read in [
        try SafetensorsFile(other), try SafetensorsFile(file.data()),
        try SafetensorsFile(Data(FileBytes.gzip(Array(file.data())))),
      ] {
        #expect(read.tensors == file.tensors && read.metadata == file.metadata)
      }
    }
    let remote = try #require(URL(string: "https://example.org/a.npy"))
    #expect(
      throws: ContrastiveError.file(
        path: "https://example.org/a.npy", problem: "is not the address of a file")
    ) { try NPYFile.read(remote) }
    #expect(
      throws: ContrastiveError.file(
        path: "upload", problem: "ends after 6 bytes, in the middle of its contents")
    ) { try IDXFile.read(Data([0, 0, 8, 1, 0, 0]), name: "upload") }
  }

  @Test func matricesAreSavedAsTheyAre() throws {
    let matrix = try Matrix([[1.5, -2.25], [3, 0.1]])
    let half = try HalfMatrix(rounding: matrix)
    let saved = try NPYFile.read(NPYFile.data(of: matrix))
    #expect(saved.summary == "F32 [2 × 2]")
    #expect(try saved.matrix() == matrix)
    let halves = try NPYFile.read(NPYFile.data(of: half))
    #expect(halves.summary == "F16 [2 × 2]")
    #expect(try halves.halfMatrix() == half)
    #expect(try halves.matrix() == half.widened)
    #expect(try saved.halfMatrix() == half)
    #expect(
      throws: ContrastiveError.file(
        path: "data", problem: "cannot be saved: .npy has no elements of type BF16")
    ) { try NPYFile.data(of: Self.tensor(.bfloat16, [1])) }
  }

  @Test func safetensorsOfNothing() throws {
    try TemporaryFolder.use { folder throws in
      try SafetensorsFile(tensors: [:]).write(to: folder.file("a"))
      let read = try SafetensorsFile(path: folder.file("a"))
      #expect(read.tensors.isEmpty && read.metadata.isEmpty)
    }
  }
}
