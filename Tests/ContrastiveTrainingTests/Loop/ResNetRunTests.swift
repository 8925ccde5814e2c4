import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// Runs of residual networks: resumed, extended, started from weights.
@Suite struct ResNetRunTests {
  private func make(
    _ change: (inout TrainingOptions) -> Void = { _ in }, initial: InitialEncoder? = nil
  ) throws -> TrainingRun {
    var options = SmallRun.options(.moco, epochs: 1)
    options.architecture = .resnet18
    options.batchSize = 10
    change(&options)
    return try TrainingRun(options: options, data: SmallRun.data(), initial: initial)
  }

  @Test func continuesInTheMiddleOfAnEpoch() throws {
    var whole = try make()
    _ = try whole.train { _ in }
    var first = try make()
    while first.stepsDone < 3 { try first.advance { _ in } }
    try TemporaryFolder.use { folder in
      try Checkpoint(of: first).write(to: folder.file("c"))
      var second = try make()
      try Checkpoint(path: folder.file("c")).restore(&second, from: folder.file("c"))
      _ = try second.train { _ in }
      #expect(second.encoder.tensors == whole.encoder.tensors)
      #expect(try second.fingerprint() == whole.fingerprint())
    }
  }

  /// A run of one epoch that goes on to three is not one of three epochs, but its steps from then
  /// on have that one's rates; and it can be killed on the way.
  @Test func goesOnForLonger() throws {
    func run(_ epochs: Int) throws -> TrainingRun { try SmallRun.make(.byol, epochs: epochs) }
    try TemporaryFolder.use { folder in
      var short = try run(1)
      _ = try short.train { _ in }
      try Checkpoint(of: short).write(to: folder.file("1"))
      var long = try run(3)
      try Checkpoint(path: folder.file("1")).restore(&long, from: "1")
      #expect(long.stepsDone == 5 && !long.isFinished)
      #expect(
        try long.scheduleChange(from: 1).hasPrefix("The run goes on to 3 epochs instead of 1"))
      try long.advance { _ in }
      try Checkpoint(of: long).write(to: folder.file("2"))
      var again = try run(3)
      try Checkpoint(path: folder.file("2")).restore(&again, from: "2")
      _ = try long.train { _ in }
      _ = try again.train { _ in }
      #expect(try again.fingerprint() == long.fingerprint())
      #expect(long.result?.epochs == 3)
      var shorter = try run(2)
      #expect(
        throws: ContrastiveError.file(
          path: "2", problem: "is of a run of 3 epochs, expected at most 2")
      ) { try Checkpoint(path: folder.file("2")).restore(&shorter, from: "2") }
    }
  }

  @Test func refusesOtherTestImagesAndLabels() throws {
    let run = try SmallRun.make(.moco)
    let data = try SmallRun.data()
    try TemporaryFolder.use { folder in
      try Checkpoint(of: run).write(to: folder.file("c"))
      let pixels = try Pixels(
        TestData.images(12, height: 8, width: 7), shape: data.train.shape)
      let labels = try ImageSet(pixels, labels: [Int](repeating: 1, count: 12))
      var other = try TrainingRun(
        options: SmallRun.options(.moco), data: ImageFolder(train: data.train, test: labels))
      #expect(
        throws: ContrastiveError.file(
          path: "c", problem: "is of a run with other test images or labels")
      ) { try Checkpoint(path: folder.file("c")).restore(&other, from: "c") }
    }
  }

  @Test func startsFromAnotherRun() throws {
    try TemporaryFolder.use { folder in
      var first = try SmallRun.make(.simclr, epochs: 1)
      _ = try first.train { _ in }
      try first.encoderFile.write(to: folder.file("e"))
      var options = SmallRun.options(.moco)
      options.frozenPart = .backbone
      var run = try TrainingRun(
        options: options, data: SmallRun.data(), initial: InitialEncoder(path: folder.file("e")))
      let backbone = { (run: TrainingRun) in
        run.encoder.tensors.filter { $0.name.hasPrefix("backbone.") }
      }
      #expect(backbone(run) == backbone(first))
      #expect(run.options.pixelMean == first.scaling.mean && run.scaling == first.scaling)
      let heads = run.encoder.tensors.filter { $0.name.hasPrefix("head.") }
      _ = try run.train { _ in }
      #expect(backbone(run) == backbone(first))
      #expect(run.encoder.tensors.filter { $0.name.hasPrefix("head.") } != heads)

      var wider = SmallRun.options(.moco)
      wider.widths = [4, 7]
      #expect(
        throws: ContrastiveError.file(
          path: folder.file("e"),
          problem: "has a tensor backbone.convolution2.weight of [36 × 6], expected [36 × 7]")
      ) {
        try TrainingRun(
          options: wider, data: SmallRun.data(), initial: InitialEncoder(path: folder.file("e")))
      }
    }
  }
}
