import ContrastiveCore
import ContrastiveFiles
import ContrastiveTraining
import Foundation
import Testing
import _TestSupport

/// Folders without labels or test images, and arrays that are read in pieces.
@Suite struct UnlabeledFolderTests {
  let folder: TemporaryFolder
  private let pixels: [UInt8] = (0..<(30 * 6)).map { UInt8($0) }

  init() throws {
    folder = try TemporaryFolder()
    try write("train-images.npy", .uint8(pixels))
  }

  private func write(_ name: String, _ elements: Tensor.Elements) throws {
    try NPYFile.write(Tensor(shape: [30, 2, 3], elements: elements), to: folder.file(name))
  }

  private func all(_ source: any ImageSource) throws -> Pixels {
    try source.pixels(at: Array(0..<source.count), workers: .one)
  }

  @Test func trainingImagesAreEnough() throws {
    let data = try ImageFolder(path: folder.path)
    #expect(data.test == nil && data.train.labels == nil && data.skipped == nil)
    #expect(try all(data.train).bytes == pixels)
    // Test images without labels.
    try write("test-images.npy", .uint8(pixels))
    let tested = try ImageFolder(path: folder.path)
    #expect(tested.test?.count == 30 && tested.test?.labels == nil)
  }

  @Test func labelsSetAShareAside() throws {
    try NPYFile.write(
      Tensor(.int64((0..<30).map { Int64($0 % 3) })), to: folder.file("train-labels.npy"))
    var reading = ImageReading()
    let data = try ImageFolder(path: folder.path)
    let test = try #require(data.test)
    #expect(test.labels?.sorted() == [0, 1, 2] && data.train.count == 27)
    // Every image is in one of them, with its label.
    for source in [data.train, test] {
      let images = try all(source)
      for (place, label) in (source.labels ?? []).enumerated() {
        #expect(Int(images.bytes[place * 6]) / 6 % 3 == label)
      }
    }
    reading.labels = .none
    #expect(try ImageFolder(path: folder.path, reading: reading).train.labels == nil)
    reading.holdout = 0.5
    let half = try ImageFolder(path: folder.path, reading: reading)
    #expect(half.test?.count == 15 && half.test?.labels == nil)
  }

  @Test func unlabeledImagesStayInTraining() {
    let labels = (0..<20).map { $0 < 10 ? -1 : $0 % 2 }
    let parts = Holdout(share: 0.2, count: 20, labels: labels, seed: 3)
    #expect(parts.test.count == 2 && parts.test.allSatisfy { $0 >= 10 })
    #expect(parts.train.count == 18)
    let one = Holdout(share: 0.9, count: 3, labels: [0, 1, 2], seed: 0)
    #expect(one.test.isEmpty && one.train == [0, 1, 2])
  }

  /// 0.1 of 60 is 6 though Float's 0.1 is a little more, and 0.29 of 100 is 29.
  @Test(arguments: [(Float(0.1), 60, 6), (0.29, 100, 29), (0.15, 10, 2), (0.5, 3, 2), (0.1, 4, 0)])
  func sharesAreRounded(share: Float, count: Int, expected: Int) {
    #expect(Holdout(share: share, count: count, labels: nil, seed: 0).test.count == expected)
  }

  @Test func arraysLargerThanMemoryAreReadInPieces() throws {
    let floats = pixels.map { Float($0) / 255 }
    let kinds: [Tensor.Elements] = [
      .uint8(pixels), .float32(floats), .float64(pixels.map(Double.init)),
      .int64(pixels.map(Int64.init)), .float16(floats.map { Float16($0).bitPattern }),
    ]
    var reading = ImageReading()
    reading.memory = 100
    for kind in kinds {
      try write("train-images.npy", kind)
      let (whole, parts) = (
        try ImageFolder(path: folder.path).train,
        try ImageFolder(path: folder.path, reading: reading).train
      )
      #expect(whole.isInMemory && !parts.isInMemory)
      for indices in [[0, 1, 2], [29, 3, 4, 5, 0], [7]] {
        #expect(
          try parts.pixels(at: indices, workers: .one)
            == whole.pixels(at: indices, workers: .one))
      }
      #expect(try all(parts) == all(whole))
      #expect(throws: ContrastiveError.self) { try parts.pixels(at: [30], workers: .one) }
    }
    // Gzipped: unpacked first.
    let line = "gzip -c '\(folder.file("train-images.npy"))' > '\(folder.file("x.npy.gz"))'"
    let gzip = Process()
    (gzip.executableURL, gzip.arguments) = (URL(fileURLWithPath: "/bin/sh"), ["-c", line])
    try gzip.run()
    gzip.waitUntilExit()
    var memory = 100
    let packed = try ImageArray.open(folder.file("x.npy.gz"), labelsPath: nil, memory: &memory)
    #expect(try !packed.isInMemory && all(packed) == all(ImageFolder(path: folder.path).train))
  }

  @Test func whatCannotBeReadInPieces() throws {
    var reading = ImageReading()
    reading.memory = 100
    func problem() -> String {
      do {
        let data = try ImageFolder(path: folder.path, reading: reading)
        _ = try all(data.train)
        return ""
      } catch { return "\(error)" }
    }
    try write("train-images.npy", .float32(pixels.map { Float($0) * 2 }))
    #expect(problem().contains("expected a pixel from 0 to 1"))
    let whole = try folder.bytes("train-images.npy")
    try folder.write(whole.dropLast(3), "train-images.npy")
    #expect(problem().contains("is cut short"))
  }

  /// A network that starts from arrays read in pieces ends as one from arrays in memory.
  @Test func trainingIsTheSame() throws {
    var options = TrainingOptions(.moco)
    (options.epochs, options.batchSize, options.widths, options.neighbors) = (2, 8, [4, 6], 3)
    func encoder(_ memory: Int?, threads: Int) throws -> ParameterVector {
      var reading = ImageReading()
      reading.memory = memory
      var run = try TrainingRun(
        options: options, data: ImageFolder(path: folder.path, reading: reading),
        workers: Workers(count: threads))
      _ = try run.train()
      return run.encoder.network.parameters
    }
    let expected = try encoder(nil, threads: 1)
    #expect(try encoder(1, threads: 1) == expected && encoder(1, threads: 3) == expected)
  }

  @Test func largeImagesAreReducedWhereRawPixelsAreCompared() throws {
    #expect(PixelReduction(try ImageShape(height: 32, width: 32, channels: 3), count: 9) == nil)
    let shape = try ImageShape(height: 64, width: 48, channels: 2)
    let reduction = try #require(PixelReduction(shape, count: 10))
    #expect(reduction.count == 16 * 16 * 2)
    let bytes = (0..<shape.count).map { (place: Int) -> UInt8 in
      let (column, channel) = (place / 2 % 48, place % 2)
      return UInt8(column / 3 * 10 + channel)
    }
    let expected = (0..<512).map { (place: Int) -> Float in
      Float(place / 2 % 16 * 10 + place % 2)
    }
    let means = reduction.means(of: bytes[...])
    #expect(means == expected)
    #expect(PixelReduction(shape, count: 1_000_000)?.count == 4 * 4 * 2)
  }
}
