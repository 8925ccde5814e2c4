import ContrastiveCore
import ContrastiveImages
import ContrastiveTraining
import Foundation
import Testing
import _TestSupport

/// Pictures held, decoded again, and kept in a packed file: always the same.
@Suite struct PictureSetTests {
  let folder: TemporaryFolder
  static let pictures = PictureDecoderTests.names.filter { !$0.contains("gray-16") }

  init() throws {
    folder = try TemporaryFolder()
    for name in Self.pictures { try folder.copyPicture(name, "in/\(name)") }
    try folder.write("x", "in/damaged.png")
  }

  private func read(
    memory: Int? = nil, cache: String? = nil, workers: Workers = .one
  ) throws -> PictureSet.Reading {
    var reading = ImageReading()
    (reading.imageSize, reading.memory, reading.cache) = (8, memory, cache)
    return try PictureSet.all(in: folder.file("in"), reading: reading, workers: workers)
  }

  private func pixels(_ set: PictureSet, _ workers: Workers = .one) throws -> Pixels {
    try set.pixels(at: Array(0..<set.count).reversed(), workers: workers)
  }

  @Test func memoryThreadsAndCacheChangeNothing() throws {
    let all = try read()
    #expect(all.pictures.isInMemory && all.pictures.count == Self.pictures.count)
    #expect(all.skipped.map(\.name) == ["damaged.png"])
    let expected = try pixels(all.pictures)
    let cache = folder.file("cache/deep")
    for memory in [1, 192 * 5, 192 * 1_000] {
      for cache in [nil, cache] {
        for workers in [Workers.one, try Workers(count: 3)] {
          let found = try read(memory: memory, cache: cache, workers: workers)
          #expect(found.pictures.isInMemory == (memory > 192 * 100))
          #expect(found.skipped == all.skipped)
          #expect(try pixels(found.pictures, workers) == expected)
        }
      }
    }
    #expect(try folder.names == ["cache", "in"])
    let packed = try FileManager.default.contentsOfDirectory(atPath: cache)
    #expect(packed.count == 1 && packed[0].hasPrefix("images-8x8x3-"))
  }

  @Test func aPackedFileIsUsedAndChecked() throws {
    let cache = folder.file("cache")
    let expected = try pixels(try read(cache: cache).pictures)
    let name = "cache/" + (try FileManager.default.contentsOfDirectory(atPath: cache)[0])
    var bytes = try folder.bytes(name)
    let start = try #require(bytes.firstRange(of: expected.bytes(of: 0)))
    bytes[start.lowerBound] ^= 1
    try folder.write(bytes, name)
    // Damaged: made anew.
    #expect(try pixels(try read(memory: 1, cache: cache).pictures) == expected)
    #expect(try folder.bytes(name) != bytes)
    // Damaged while it is used.
    let used = try read(memory: 1, cache: cache).pictures
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file(name)))
    try file.seek(toOffset: UInt64(start.lowerBound))
    try file.write(contentsOf: Data([bytes[start.lowerBound]]))
    let error = #expect(throws: ContrastiveError.self) { try pixels(used) }
    #expect("\(try #require(error))".contains("is damaged in picture"))
    // A changed picture is another file's.
    try folder.copyPicture("gray.png", "in/one.png")
    _ = try read(cache: cache)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache).count == 2)
  }

  @Test func aPictureThatChangesIsNoticed() throws {
    let set = try read(memory: 1).pictures
    try folder.copyPicture("wide.png", "in/exact.png")
    let path = folder.file("in/exact.png")
    #expect(
      throws: ContrastiveError.file(path: path, problem: "has changed while it was used")
    ) { try pixels(set) }
    try FileManager.default.removeItem(atPath: path)
    #expect(
      throws: ContrastiveError.file(
        path: path, problem: "cannot be opened: No such file or directory")
    ) { try pixels(set) }
    #expect(
      throws: ContrastiveError.index(
        argument: "indices", position: 1, found: "99", expected: "0 ..< \(set.count)")
    ) { try set.pixels(at: [0, 99], workers: .one) }
  }

  /// Training on pictures that are decoded as they are needed ends with the same bits.
  @Test func trainingIsTheSame() throws {
    func train(memory: Int?, cache: String? = nil) throws -> ImageEncoder {
      var reading = ImageReading()
      (reading.imageSize, reading.memory, reading.cache) = (8, memory, cache)
      let data = try ImageFolder(pictures: folder.file("in"), reading: reading)
      var options = TrainingOptions(.simclr)
      (options.epochs, options.batchSize, options.widths) = (2, 8, [4, 6])
      options.apply(.byol)
      var run = try TrainingRun(options: options, data: data)
      let result = try run.train()
      #expect(result.skipped == 1 && result.knnAccuracy == nil)
      for value in [
        result.alignment, result.uniformity, result.rankMe, result.embeddingSpread,
      ] { #expect(value?.isFinite == true) }
      return run.encoder
    }
    let expected = try train(memory: nil).network.parameters
    #expect(try train(memory: 1).network.parameters == expected)
    #expect(
      try train(memory: 192 * 7, cache: folder.file("c")).network.parameters == expected)
  }
}

/// Runs that stop in the middle of an epoch.
@Suite struct PictureResumeTests {
  /// Stopped after three steps and resumed with another source of the same pictures.
  @Test func resumesInTheMiddleOfAnEpoch() throws {
    let folder = try TemporaryFolder()
    for name in PictureSetTests.pictures { try folder.copyPicture(name, "in/\(name)") }
    var options = TrainingOptions(.moco)
    (options.epochs, options.batchSize, options.widths) = (2, 6, [4, 6])
    func run(memory: Int?, threads: Int) throws -> TrainingRun {
      var reading = ImageReading()
      (reading.imageSize, reading.memory) = (8, memory)
      return try TrainingRun(
        options: options,
        data: ImageFolder(pictures: folder.file("in"), reading: reading),
        workers: Workers(count: threads))
    }
    var whole = try run(memory: nil, threads: 1)
    _ = try whole.train()
    var stopped = try run(memory: 1, threads: 2)
    #expect(stopped.stepsPerEpoch == 5)
    #expect(try stopped.train(until: { $0.step == 3 }) == nil)
    let path = folder.file("checkpoint.safetensors")
    try Checkpoint(of: stopped).write(to: path)
    for (memory, threads) in [(nil, 3), (192 * 9, 1)] as [(Int?, Int)] {
      var resumed = try run(memory: memory, threads: threads)
      try Checkpoint(path: path).restore(&resumed, from: path)
      #expect(resumed.stepsDone == 3)
      _ = try resumed.train()
      #expect(resumed.encoder.network.parameters == whole.encoder.network.parameters)
    }
  }
}

extension Pixels {
  fileprivate func bytes(of image: Int) throws -> [UInt8] {
    try pixels(at: [image], workers: .one).bytes
  }
}
