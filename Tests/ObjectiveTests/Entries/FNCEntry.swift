import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum FNCEntry: ObjectiveEntry {
  static let name = "fnc"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let (three, two) = (max(1, size / 3), max(1, size / 2))
    let pair = Problem(["embeddings": try views(2, two, seed: seed)])
    let withBank = pair.with([
      "support": try views(2, two, seed: seed + 1),
      "bank": Tensor(try TestData.embeddings(size + 3, 24, seed: seed + 9)),
    ])
    return [
      Problem(
        ["embeddings": try views(3, three, seed: seed)], ["top-k": "4", "threshold": "0.25"]),
      pair.with(
        options: ["mode": "eliminate", "aggregate": "mean", "top-k": "3", "threshold": "none"]),
      pair.with(options: ["mode": "none"]),
      withBank.with(options: ["threshold": "0.2", "top-k": "6"]),
      withBank.with(options: ["mode": "eliminate", "threshold": "none", "aggregate": "mean"]),
    ]
  }

  /// [views, images, 24]: views of the same images that differ by noise.
  static func views(_ views: Int, _ images: Int, seed: UInt64) throws -> Tensor {
    let first = try TestData.embeddings(images, 24, seed: 100)
    let values = try (0..<views).flatMap { view in
      try TestData.near(first, noise: 0.8, seed: seed + UInt64(1000 * view)).values
    }
    return try Tensor(shape: [views, images, 24], elements: .float32(values))
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> FNC {
    let search = try FalseNegatives()
    let standard = try FNC(search: search)
    let threshold = options.text("threshold")
    return try FNC(
      temperature: options.number("temperature") ?? standard.temperature,
      search: FalseNegatives(
        topK: options.integer("top-k") ?? search.topK,
        threshold: threshold == nil ? search.threshold : threshold.flatMap { Double($0) },
        aggregate: options.choice("aggregate") ?? search.aggregate),
      mode: options.choice("mode") ?? standard.mode)
  }

  static func inputs(_ tensors: InputTensors) throws -> FNC.Inputs {
    try (
      tensors.embeddings("embeddings"), tensors.shape("embeddings")[0],
      tensors.embeddingsIfPresent("support"), tensors.embeddingsIfPresent("bank")
    )
  }

  static func reference(_ objective: FNC, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceFNC(
      embeddings: inputs["embeddings"], views: inputs.shapes["embeddings"]?.first ?? 0,
      support: inputs.rows["support"], bank: inputs.rows["bank"],
      temperature: objective.temperature, topK: objective.search.topK,
      threshold: objective.search.threshold, takesMean: objective.search.aggregate == .mean,
      mode: objective.mode.rawValue
    ).result
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let pair = Problem(["embeddings": try views(2, 5, seed: 1)])
    let bank = Tensor(try TestData.embeddings(7, 24, seed: 9))
    return [
      (
        Problem(["embeddings": try views(1, 5, seed: 1)]),
        .shape(
          argument: "embeddings", found: "1 views in [5 × 24]",
          expected: "at least 2 views, each with a row for every image")
      ),
      (
        pair.with(["bank": bank]),
        .parameter(
          name: "support", found: "nothing", expected: "support and bank together, or neither")
      ),
      (
        pair.with(["support": try views(2, 5, seed: 2)]),
        .parameter(
          name: "bank", found: "nothing", expected: "support and bank together, or neither")
      ),
      (
        pair.with(["support": try views(3, 5, seed: 2), "bank": bank]),
        .shape(
          argument: "support", found: "[15 × 24]",
          expected: "[10 × 24], the shape of embeddings")
      ),
      (
        pair.with(options: ["top-k": "0"]),
        .parameter(name: "top-k", found: "0", expected: "1 or more")
      ),
      (
        pair.with(options: ["threshold": "nan"]),
        .parameter(name: "threshold", found: "nan", expected: "a number or none")
      ),
    ]
  }
}
