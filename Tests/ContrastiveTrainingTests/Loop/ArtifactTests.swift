import Contrastive
import ContrastiveFiles
import ContrastiveTraining
import Foundation
import Testing
import _TestSupport

/// What a run keeps to be shown.
@Suite struct ArtifactTests {
  /// Each of the fewest prototypes with distinct training images, the nearest first.
  @Test(arguments: [MethodName.pcl, .hcsc, .swav]) func prototypesAreKept(
    _ method: MethodName
  ) throws {
    let (run, file) = try train(method, artifact: "prototypes")
    let prototypes = try #require(try run.method.exhibit.prototypes)
    let nearest = try #require(file).tensor("nearest")
    #expect(nearest.shape == [prototypes.rows.rows, 9])
    guard case .int64(let images) = nearest.elements else {
      Issue.record("not I64")
      return
    }
    #expect(images.allSatisfy { 0..<40 ~= $0 })
    let rows = try run.start.projections(by: prototypes.encoder ?? run.encoder, workers: .one)
      .normalized().rows
    for prototype in 0..<prototypes.rows.rows {
      let listed = images[(9 * prototype)..<(9 * prototype + 9)].map(Int.init)
      #expect(Set(listed).count == 9)
      func similarity(_ image: Int) -> Float {
        zip(prototypes.rows.row(prototype), rows.row(image)).map(*).reduce(0, +)
      }
      let best = (0..<40).map(similarity).sorted(by: >).prefix(9)
      for (a, b) in zip(listed.map(similarity), best) { #expect(abs(a - b) < 1e-5) }
    }
  }

  /// Other images of the batch, and only by a method that looks for them.
  @Test func falseNegativesAreKept() throws {
    var options = FNCMethod.Options()
    options.similarityThreshold = -1
    options.topK = 3
    let file = try #require(
      try train(.fnc, artifact: "false-negatives") { $0.method = options }.1)
    let anchors = try file.tensor("anchors").int64s(argument: "anchors")
    #expect(anchors == (0..<8).map { Int64($0) })
    let found = try file.tensor("found")
    guard case .int64(let images) = found.elements else {
      Issue.record("not I64")
      return
    }
    for (row, anchor) in anchors.enumerated() {
      let listed = images[(row * found.shape[1])..<((row + 1) * found.shape[1])].filter { $0 >= 0 }
      #expect((1...3).contains(listed.count) && !listed.contains(anchor))
      #expect(listed.allSatisfy { 0..<8 ~= $0 } && Set(listed).count == listed.count)
    }
  }

  @Test(arguments: ["prototypes", "false-negatives", "crops"])
  func otherMethodsKeepNothing(_ artifact: String) throws {
    #expect(try train(.moco, artifact: artifact).1 == nil)
  }

  private func train(
    _ method: MethodName, artifact: String, _ change: (inout TrainingOptions) -> Void = { _ in }
  ) throws -> (TrainingRun, SafetensorsFile?) {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    var options = SmallRun.options(method)
    change(&options)
    var run = try TrainingRun(options: options, data: SmallRun.data(), workers: .one)
    let folder = RunFolder(path: path)
    try folder.create(for: run.options)
    _ = try folder.train(&run) { _ in }
    let file = "\(path)/artifacts/\(artifact).safetensors"
    return (
      run, FileManager.default.fileExists(atPath: file) ? try SafetensorsFile(path: file) : nil
    )
  }
}
