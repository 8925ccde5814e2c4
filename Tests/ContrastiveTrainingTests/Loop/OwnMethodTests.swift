import Contrastive
import Foundation
import Testing

import ContrastiveTraining

/// A run with a method and a source of one's own.
@Suite struct OwnMethodTests {
  private func options() -> TrainingOptions {
    var options = TrainingOptions(CenteredMethod.Options())
    options.epochs = 2
    options.batchSize = 8
    options.widths = [4, 6]
    options.hiddenDimension = 8
    options.embeddingDimension = 5
    options.neighbors = 5
    return options
  }

  private func run(_ options: TrainingOptions? = nil, threads: Int = 1) throws -> TrainingRun {
    let data = try SmallRun.data()
    return try TrainingRun(
      options: options ?? self.options(), train: ComputedImages(base: data.train),
      test: data.test, workers: Workers(count: threads))
  }

  private func withRunFolder(_ body: (RunFolder) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("own-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(RunFolder(path: path))
  }

  @Test func itsOptionsAreUsed() throws {
    var options = options()
    #expect(options.learningRate == 0.02)
    #expect(try run().options.method as? CenteredMethod.Options == .init(warmupSteps: 2))
    let moved = try TrainingRun.trained(run(), steps: 4)
    options.method = CenteredMethod.Options(temperature: 0.1)
    let other = try TrainingRun.trained(run(options), steps: 4)
    #expect(moved.encoder.network.parameters != other.encoder.network.parameters)
  }

  /// Learns: the loss falls below that of keys that are told apart by nothing, log 8.
  @Test func trains() throws {
    var options = options()
    options.epochs = 12
    var run = try run(options)
    var losses: [Double] = []
    let result = try run.train { event throws(ContrastiveError) in
      if case .epoch(let metrics) = event { losses.append(metrics.loss) }
    }
    #expect(losses.count == 12 && losses[11] < losses[0] && losses[11] < log(8.0))
    #expect(result.knnAccuracy != nil)
  }

  @Test(arguments: [1, 4, 5, 8]) func resumesBitForBit(_ steps: Int) throws {
    try withRunFolder { folder in
      var whole = try run(threads: 2)
      _ = try whole.train()
      var first = try run()
      try folder.create(for: first.options)
      let stopped = try folder.train(&first, until: { $0.stepsDone == steps }) { _ in }
      #expect(stopped == nil && first.stepsDone == steps)

      let saved = try folder.options(methods: [CenteredMethod.Options.self])
      #expect(saved == first.options)
      var second = try run(saved)
      #expect(try folder.resume(&second))
      #expect(try second.fingerprint() == first.fingerprint())
      #expect(try folder.train(&second) { _ in } != nil)
      #expect(try second.fingerprint() == whole.fingerprint())
      let encoder = try EncoderFile(path: folder.encoderPath).encoder
      #expect(encoder.network.parameters == whole.encoder.network.parameters)
    }
  }

  @Test func checkpointsTellMethodsApart() throws {
    var first = try run()
    try first.advance { _ in }
    let checkpoint = try Checkpoint(of: first)
    #expect(checkpoint.summary.method == "centered")
    var other = options()
    other.method = CenteredMethod.Options(temperature: 0.4)
    var second = try run(other)
    #expect(
      throws: ContrastiveError.file(
        path: "a", problem: "is of a run with another option: temperature")
    ) { try checkpoint.restore(&second, from: "a") }
  }

  @Test func filesOfUnknownMethodsAreRefused() throws {
    try withRunFolder { folder in
      try folder.create(for: options())
      #expect(
        throws: ContrastiveError.parameter(
          name: "method", found: "'centered'", expected: "one that there is; did you mean cns?")
      ) { try folder.options() }
    }
  }

  @Test func optionsMustDifferFromTheCommonOnes() throws {
    struct Hiding: MethodOptions {
      static let name = "hiding"
      var epochs = 3
      func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
        try SimCLR.Options().makeMethod(start)
      }
    }
    #expect(
      throws: ContrastiveError.parameter(
        name: "method", found: "hiding, which has an option epochs",
        expected: "options that are called unlike the common ones")
    ) { try Configuration(TrainingOptions(Hiding())) }
  }

  /// The same bits from images in memory and from images that are computed one by one.
  @Test(arguments: [MethodName.moco, .pcl, .looc]) func sourcesChangeNothing(
    _ method: MethodName
  ) throws {
    let data = try SmallRun.data()
    var options = SmallRun.options(method)
    (options.limit, options.crop, options.cropWarmup) = (33, .contrastive, 1)
    var memory = try TrainingRun(options: options, data: data, workers: .one)
    var computed = try TrainingRun(
      options: options, train: ComputedImages(base: data.train),
      test: ComputedImages(base: data.test), workers: Workers(count: 3))
    _ = try memory.train()
    _ = try computed.train()
    #expect(try memory.fingerprint() == computed.fingerprint())
    try Checkpoint(of: memory).restore(&computed, from: "memory")
  }

  @Test func sourcesThatBreakTheirPromiseAreRefused() throws {
    struct Short: ImageSource {
      let base: ImageSet
      var count: Int { base.count }
      var shape: ImageShape { base.shape }
      func pixels(at indices: [Int], workers: Workers) throws(ContrastiveError) -> Pixels {
        try base.pixels(at: Array(indices.dropLast()))
      }
    }
    let train = try SmallRun.data().train
    #expect(
      throws: ContrastiveError.shape(
        argument: "source", found: "[39 × 8 × 7 × 3]",
        expected: "[40 × 8 × 7 × 3], the images asked for")
    ) { try TrainingRun(options: options(), train: Short(base: train)) }
    struct Gone: ImageSource {
      let count = 40
      let shape: ImageShape
      func pixels(at indices: [Int], workers: Workers) throws(ContrastiveError) -> Pixels {
        throw .file(path: "a.png", problem: "is gone")
      }
    }
    #expect(throws: ContrastiveError.file(path: "a.png", problem: "is gone")) {
      try TrainingRun(options: options(), train: Gone(shape: train.shape))
    }
  }
}

extension TrainingRun {
  /// The run after some steps.
  static func trained(_ run: TrainingRun, steps: Int) throws -> TrainingRun {
    var run = run
    while run.stepsDone < steps { try run.advance { _ in } }
    return run
  }
}
