import ContrastiveCore
import ContrastiveFiles
import ContrastiveTraining
import FoundationEssentials
import Testing
import _TestSupport

@Suite struct ImageFolderTests {
  static let idxNames = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ]
  /// `[3 × 2 × 4]` of 0 … 23 and the labels 7, 8, 9, by Python's gzip.
  static let gzipped = [
    "H4sIAAAAAAACA2Ng4GBmYGAAYSYgZmFgZGJmYWVj5+Dk4ubh5eMXEBQSFhEVEwcAV90dQygAAAA=",
    "H4sIAAAAAAACA2Ng4GBkYGBgZufgBACtmAq6CwAAAA==",
  ]

  @Test func numPyFiles() throws {
    try TemporaryFolder.use { folder in
      try write(train: [3, 2, 4], test: [2, 2, 4], folder)
      let data = try LoadedFolder(folder.path)
      #expect((data.train.count, data.test.count) == (3, 2))
      #expect("\(data.train.pixels.shape)" == "2 × 4 × 1")
      #expect(data.train.pixels.bytes == Array(0..<24) && data.test.pixels.bytes == Array(0..<16))
      #expect(data.train.labels == [0, 1, 2] && data.test.labels == [0, 1])
    }
  }

  @Test func colorAndEveryTypeOfLabel() throws {
    for labels in [
      Tensor.Elements.int32([0, -1, 2]), .int64([0, -1, 2]), .uint8([0, 255, 2]),
    ] {
      try TemporaryFolder.use { folder in
        try write(train: [3, 1, 2, 3], test: [2, 1, 2, 3], folder)
        try NPYFile.write(Tensor(labels), to: folder.file("train-labels.npy"))
        let train = try LoadedFolder(folder.path).train
        #expect("\(train.pixels.shape)" == "1 × 2 × 3")
        #expect(try train.labels == Tensor(labels).int64s(argument: "labels").map { Int($0) })
      }
    }
  }

  @Test func idxFilesGzippedOrNot() throws {
    try TemporaryFolder.use { folder in
      for (index, name) in Self.idxNames.enumerated() {
        let packed = try #require(Data(base64Encoded: Self.gzipped[index % 2]))
        try packed.write(to: URL(filePath: folder.file("\(name).gz")))
      }
      // A plain file goes before a gzipped one.
      let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3]
      try Data(labels).write(to: URL(filePath: folder.file("t10k-labels-idx1-ubyte")))
      let data = try LoadedFolder(folder.path)
      #expect(
        "\(data.train.pixels.shape)" == "2 × 4 × 1" && data.train.pixels.bytes == Array(0..<24))
      #expect(data.train.labels == [7, 8, 9] && data.test.labels == [1, 2, 3])
    }
  }

  @Test func dottedNamesAndFloatImages() throws {
    try TemporaryFolder.use { folder in
      for (index, name) in Self.idxNames.enumerated() {
        let packed = try #require(Data(base64Encoded: Self.gzipped[index % 2]))
        let dotted = name.replacing("-idx", with: ".idx")
        try packed.write(to: URL(filePath: folder.file("\(dotted).gz")))
      }
      #expect(try ImageFolder(path: folder.path).train.labels == [7, 8, 9])
    }
    try TemporaryFolder.use { folder in
      let path = folder.file("images.npy")
      try NPYFile.write(
        Tensor(shape: [1, 1, 3], elements: .float32([0, 0.5, 1])), to: path)
      #expect(try ImageSet(imagesPath: path).pixels.bytes == [0, 128, 255])
      try NPYFile.write(
        Tensor(shape: [1, 1, 3], elements: .float32([0, -0.5, 1])), to: path)
      #expect(
        throws: ContrastiveError.file(
          path: path,
          problem: "images: found -0.5 at position 1, expected a pixel from 0 to 1, "
            + "or from 0 to 255")
      ) { try ImageSet(imagesPath: path) }
    }
  }

  @Test func foldersThatAreRefused() throws {
    try TemporaryFolder.use { folder in
      try expect(folder.file("missing"), "", "cannot be opened: No such file or directory")
      try expect(
        folder.path, "",
        "none of the files looked for: train-images-idx3-ubyte, "
          + "train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (each or "
          + ".gz), "
          + "or train-images.npy, train-labels.npy, test-images.npy, test-labels.npy")
      try write(train: [3, 2, 4], test: [2, 2, 4], folder)
      try FileManager.default.removeItem(atPath: folder.file("test-images.npy"))
      try expect(
        folder.path, "",
        "holds train-images.npy, train-labels.npy, test-labels.npy but not test-images.npy")
      try Data().write(to: URL(filePath: folder.file("t10k-images-idx3-ubyte.gz")))
      try expect(
        folder.path, "",
        "holds IDX files (t10k-images-idx3-ubyte.gz) and NumPy files (train-images.npy")
      for name in ["train-images.npy", "train-labels.npy", "test-labels.npy"] {
        try FileManager.default.removeItem(atPath: folder.file(name))
      }
      try expect(
        folder.path, "",
        "holds t10k-images-idx3-ubyte.gz but not train-images-idx3-ubyte (or .gz)")
    }
  }

  @Test func filesThatAreRefused() throws {
    let cases: [(name: String, tensor: Tensor, problem: String)] = [
      (
        "train-images.npy", try Tensor(shape: [3, 1, 1], elements: .float32([1, 2, 300])),
        "images: found 300.0 at position 2, expected a pixel"
      ),
      (
        "train-images.npy", try Tensor(shape: [3, 1], elements: .uint8([1, 2, 3])),
        "holds U8 [3 × 1], expected images [count × height"
      ),
      (
        "test-images.npy", try Tensor(shape: [0, 2, 4], elements: .uint8([])),
        "holds no images: U8 [0 × 2 × 4]"
      ),
      (
        "test-images.npy", try Tensor(shape: [2, 0, 4], elements: .uint8([])),
        "holds no images: U8 [2 × 0 × 4]"
      ),
      (
        "test-images.npy",
        try Tensor(shape: [2, 4, 1], elements: .uint8([1, 2, 3, 4, 5, 6, 7, 8])),
        "holds images of 4 × 1 × 1, expected 2 × 4 × 1 as in"
      ),
      (
        "train-labels.npy", Tensor(.uint8([1, 2])),
        "holds 2 labels, expected 3, one for each image in"
      ),
      (
        "test-labels.npy", Tensor(.float32([1, 2.5])),
        "holds F32 [2], expected labels, whole numbers [count]"
      ),
      (
        "test-labels.npy", try Tensor(shape: [2, 1], elements: .int64([1, 2])),
        "holds I64 [2 × 1], expected labels"
      ),
    ]
    for (name, tensor, problem) in cases {
      try TemporaryFolder.use { folder in
        try write(train: [3, 2, 4], test: [2, 2, 4], folder)
        try NPYFile.write(tensor, to: folder.file(name))
        try expect(folder.path, "/\(name)", problem)
      }
    }
    try TemporaryFolder.use { folder in
      try write(train: [3, 2, 4], test: [2, 2, 4], folder)
      try Data([1, 2, 3]).write(to: URL(filePath: folder.file("test-labels.npy")))
      try expect(folder.path, "/test-labels.npy", "is not an .npy file")
    }
  }

  /// Reading the folder names the file in it and the problem.
  private func expect(_ folder: String, _ name: String, _ problem: String) throws {
    do {
      _ = try ImageFolder(path: folder)
      Issue.record("was read, expected: \(problem)")
    } catch ContrastiveError.file(let path, let found) {
      #expect(path == folder + name && found.contains(problem), "\(found)")
    }
  }

  /// Images whose pixels count up, labeled with their own numbers.
  private func write(train: [Int], test: [Int], _ folder: TemporaryFolder) throws {
    for (name, shape) in [("train", train), ("test", test)] {
      let pixels = (0..<UInt8(shape.reduce(1, *))).map(\.self)
      let labels = (0..<Int64(shape[0])).map(\.self)
      try NPYFile.write(
        Tensor(shape: shape, elements: .uint8(pixels)), to: folder.file("\(name)-images.npy"))
      try NPYFile.write(Tensor(.int64(labels)), to: folder.file("\(name)-labels.npy"))
    }
  }
}

/// A folder's images, read whole.
struct LoadedFolder {
  let train: ImageSet
  let test: ImageSet

  init(_ path: String) throws {
    let data = try ImageFolder(path: path)
    func load(_ source: any ImageSource) throws -> ImageSet {
      try ImageSet(
        source.pixels(at: Array(0..<source.count), workers: .one), labels: source.labels)
    }
    (train, test) = (try load(data.train), try load(#require(data.test)))
  }
}
