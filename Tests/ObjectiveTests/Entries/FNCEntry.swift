import Contrastive
import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum FNCEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let (three, two) = (max(1, size / 3), max(1, size / 2))
    let bank = Tensor(try Draw.embeddings(size + 3, 24, seed: seed + 9))
    let pair = ["embeddings": try views(2, two, seed: seed)]
    let withBank = [
      "embeddings": try views(2, two, seed: seed), "support": try views(2, two, seed: seed + 1),
      "bank": bank,
    ]
    return [
      Problem(
        ["embeddings": try views(3, three, seed: seed)], ["--top-k", "4", "--threshold", "0.25"]),
      Problem(
        pair,
        ["--mode", "eliminate", "--aggregate", "mean", "--top-k", "3", "--threshold", "none"]),
      Problem(pair, ["--mode", "none"]),
      Problem(withBank, ["--threshold", "0.2", "--top-k", "6"]),
      Problem(withBank, ["--mode", "eliminate", "--threshold", "none", "--aggregate", "mean"]),
    ]
  }

  /// [views, images, 24]: views of the same images that differ by noise.
  static func views(_ views: Int, _ images: Int, seed: UInt64) throws -> Tensor {
    let first = try Draw.embeddings(images, 24, seed: 100)
    let values = try (0..<views).flatMap { view in
      try Draw.near(first, noise: 0.8, seed: seed + UInt64(1000 * view)).values
    }
    return try Tensor(shape: [views, images, 24], elements: .float32(values))
  }

  static func reference(_ method: FNCLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceFNC(
      embeddings: inputs["embeddings"], views: inputs.shapes["embeddings"]?.first ?? 0,
      support: inputs.rows["support"], bank: inputs.rows["bank"],
      temperature: method.temperature, topK: method.topK, threshold: method.threshold.number,
      takesMean: method.aggregate == .mean, mode: method.mode.rawValue
    ).result
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let pair = ["embeddings": try views(2, 5, seed: 1)]
    let bank = Tensor(try Draw.embeddings(7, 24, seed: 9))
    return [
      (Problem(["embeddings": try views(1, 5, seed: 1)]), "embeddings"),
      (Problem(pair.merging(["bank": bank]) { a, _ in a }), "support"),
      (Problem(pair.merging(["support": try views(2, 5, seed: 2)]) { a, _ in a }), "bank"),
      (
        Problem(pair.merging(["support": try views(3, 5, seed: 2), "bank": bank]) { a, _ in a }),
        "support"
      ),
      (Problem(pair, ["--top-k", "0"]), "top-k"),
      (Problem(pair, ["--threshold", "nan"]), "threshold"),
      (Problem(pair, ["--mode", "forget"]), "mode"),
    ]
  }
}
