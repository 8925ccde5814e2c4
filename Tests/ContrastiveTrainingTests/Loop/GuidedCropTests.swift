import ContrastiveCore
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

import ContrastiveTraining

/// Runs whose crops the encoder's own heat maps guide.
@Suite struct GuidedCropTests {
  /// Four epochs of five steps; boxes are found before the second and the fourth.
  private func options(
    _ method: MethodName = .moco, _ crop: CropName = .contrastive
  ) -> TrainingOptions {
    var options = SmallRun.options(method, epochs: 4)
    (options.crop, options.cropWarmup, options.cropInterval) = (crop, 1, 2)
    options.smallestCrop = 0.1
    return options
  }

  private func make(_ options: TrainingOptions, threads: Int = 1) throws -> TrainingRun {
    try TrainingRun(
      options: options, data: SmallRun.data(), workers: Workers(count: threads))
  }

  private func run(_ options: TrainingOptions, steps: Int) throws -> TrainingRun {
    var run = try make(options)
    while run.stepsDone < steps { try run.advance { _ in } }
    return run
  }

  private func edges(of run: TrainingRun) throws -> [Float] {
    var (run, state) = (run, StateExchange())
    try run.exchange(&state)
    let tensor = try #require(state.tensors["crop.boxes"])
    return try #require(Float.values(tensor.elements))
  }

  @Test func boxesAreFoundOnTheSchedule() throws {
    #expect(try edges(of: run(options(), steps: 5)).isEmpty)
    let first = try edges(of: run(options(), steps: 6))
    #expect(first.count == 160)
    #expect(first.contains { $0 != 0 && $0 != 1 })
    #expect(try edges(of: run(options(), steps: 15)) == first)
    #expect(try edges(of: run(options(), steps: 16)) != first)
  }

  /// Before the boxes are known crops are the random ones, draw by draw; then they are not.
  @Test func untilThenCropsAreRandom() throws {
    for (steps, isEqual) in [(5, true), (7, false)] {
      let guided = try run(options(), steps: steps)
      let random = try run(options(.moco, .random), steps: steps)
      #expect(
        (guided.encoder.network.parameters == random.encoder.network.parameters) == isEqual)
    }
  }

  @Test(arguments: [MethodName.moco, .swav, .looc, .ressl], [3, 5, 6, 8, 15, 16])
  func continuesAsIfNeverInterrupted(_ method: MethodName, _ steps: Int) throws {
    var whole = try make(options(method), threads: 3)
    _ = try whole.train { _ in }

    var first = try run(options(method), steps: steps)
    var saved = StateExchange()
    try first.exchange(&saved)
    var second = try make(options(method))
    var loading = StateExchange(loading: saved.tensors, texts: saved.texts, from: "memory")
    try second.exchange(&loading)
    try loading.finish()
    #expect(try second.fingerprint() == first.fingerprint())
    _ = try second.train { _ in }
    #expect(try second.fingerprint() == whole.fingerprint())
  }

  @Test func refusesBoxesThatNoRunHas() throws {
    var first = try run(options(), steps: 6)
    var saved = StateExchange()
    try first.exchange(&saved)
    let good = try edges(of: first)
    let outside = "has one that is not inside its image"
    for (bad, problem) in [
      (Array(good.dropLast()), "has 159 edges, expected 0 or 160"),
      ([2] + good.dropFirst(), outside), ([.nan] + good.dropFirst(), outside),
    ] {
      var tensors = saved.tensors
      tensors["crop.boxes"] = Tensor(.float32(bad))
      var loading = StateExchange(loading: tensors, texts: saved.texts, from: "memory")
      var blank = try make(options())
      #expect(
        throws: ContrastiveError.file(
          path: "memory", problem: "is not a state of this run: crop boxes \(problem)")
      ) { try blank.exchange(&loading) }
    }
  }

  /// The file that a report draws the boxes from.
  @Test func boxesAreKeptToBeShown() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    var run = try make(options())
    let folder = RunFolder(path: path)
    try folder.create(for: run.options)
    _ = try folder.train(&run) { _ in }
    let file = try SafetensorsFile(path: "\(path)/artifacts/crops.safetensors")
    #expect(try file.tensor("images").int64s(argument: "images") == (0..<40).map { Int64($0) })
    let boxes = try file.tensor("boxes").matrix(argument: "boxes")
    let edges = try edges(of: run)
    for image in 0..<40 {
      let (box, edge) = (Array(boxes.row(image)), Array(edges[(4 * image)..<(4 * image + 4)]))
      #expect(box == [edge[0], edge[1], edge[2] - edge[0], edge[3] - edge[1]])
    }
  }

  @Test func defaultsFollowTheEpochsAndOptionsAreChecked() throws {
    var options = SmallRun.options(.moco, epochs: 20)
    options.crop = .contrastive
    let run = try make(options)
    #expect(run.options.cropWarmup == 4 && run.options.cropInterval == 4)
    func expectRefusal(_ error: ContrastiveError, _ change: (inout TrainingOptions) -> Void) {
      var changed = options
      change(&changed)
      #expect(throws: error) { try changed.validate() }
    }
    expectRefusal(.parameter(name: "crop-warmup", found: "-1", expected: "0 or more")) {
      $0.cropWarmup = -1
    }
    expectRefusal(.parameter(name: "crop-interval", found: "0", expected: "at least 1")) {
      $0.cropInterval = 0
    }
    expectRefusal(.parameter(name: "crop-alpha", found: "0.0", expected: "above 0, at most 100")) {
      $0.cropAlpha = 0
    }
    expectRefusal(.parameter(name: "crop-threshold", found: "1.0", expected: "0 ..< 1")) {
      $0.cropThreshold = 1
    }
  }
}
