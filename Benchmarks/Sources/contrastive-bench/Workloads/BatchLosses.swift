import Contrastive
import ContrastiveFiles

extension Workload {
  /// Objectives over a batch: value and the gradients for all that is differentiated by.
  static let batchLosses: [Workload] =
    [4_096, 16_384, 65_536].map { infonceBatch(rows: $0) }
    + [1_024, 4_096, 16_384].map { infonceBatch(rows: $0, symmetric: true) }
    + [4_096, 16_384].map { infonceBatch(rows: $0, in: .int16) }
    + [4_096, 16_384].map { infonceBatch(rows: $0, symmetric: true, in: .int16) }
    + [1_024, 4_096].map(siglip)
    + [512, 2_048, 8_192].map { views("nt-xent", rows: $0) { try NTXent() } }
    + [2_048, 8_192].map { views("nt-xent", rows: $0, in: .int16) { try NTXent() } }
    + [2_048, 8_192].map { views("decoupled", rows: $0) { try Decoupled() } }
    + [2_048, 8_192].map(supcon)
    + [512, 2_048, 8_192].map { views("hcl", rows: $0) { try HCL() } }
    + [128, 512].map(fnc)

  private static let dimension = 128

  private static func square(_ rows: Int, products: Double) -> Double {
    products * 2 * Double(rows) * Double(rows) * Double(dimension)
  }

  /// The name of a workload that is there in several precisions.
  static func named(_ name: String, in precision: Precision) -> String {
    precision == .float32 ? name : "\(name)-\(precision.rawValue)"
  }

  private static func pairs(_ rows: Int) throws -> [String: Tensor] {
    [
      "queries": try unitRows(rows, dimension, seed: 1),
      "keys": try unitRows(rows, dimension, seed: 2),
    ]
  }

  /// One direction, or the mean of both.
  ///
  /// Similarities are computed twice where they are not all kept.
  private static func infonceBatch(
    rows: Int, symmetric: Bool = false, in precision: Precision = .float32
  ) -> Workload {
    Workload(
      name: named(symmetric ? "clip" : "infonce-batch", in: precision),
      size: "\(rows)x\(rows)x\(dimension)",
      operations: square(rows, products: rows > 4_096 ? 4 : 3),
      inputs: { try pairs(rows) },
      prepare: { inputs, workers in
        let (q, k) = (try inputs.matrix("queries"), try inputs.matrix("keys"))
        let objective = try InfoNCE(symmetric: symmetric)
        return {
          Outcome(
            try objective.evaluate(
              (q, k, nil), gradients: [.queries, .keys], precision: precision, workers: workers))
        }
      })
  }

  /// One product for the similarities, and one for each gradient.
  private static func siglip(rows: Int) -> Workload {
    Workload(
      name: "siglip", size: "\(rows)x\(rows)x\(dimension)", operations: square(rows, products: 3),
      inputs: { try pairs(rows) },
      prepare: { inputs, workers in
        let (q, k) = (try inputs.matrix("queries"), try inputs.matrix("keys"))
        let objective = try SigLIP()
        return { Outcome(try objective.evaluate(queries: q, keys: k, workers: workers)) }
      })
  }

  /// An objective of two views, with gradients for both.
  private static func views<O: PairedViewObjective>(
    _ name: String, rows: Int, in precision: Precision = .float32,
    _ make: @escaping @Sendable () throws -> O
  ) -> Workload {
    Workload(
      name: named(name, in: precision), size: "\(rows)x\(dimension)",
      operations: square(rows, products: 2),
      inputs: {
        [
          "view1": try unitRows(rows / 2, dimension, seed: 1),
          "view2": try unitRows(rows / 2, dimension, seed: 2),
        ]
      },
      prepare: { inputs, workers in
        let (a, b) = (try inputs.matrix("view1"), try inputs.matrix("view2"))
        let objective = try make()
        return {
          Outcome(
            try objective.evaluate(
              (a, b), gradients: [.view1, .view2], precision: precision, workers: workers))
        }
      })
  }

  private static func supcon(rows: Int) -> Workload {
    Workload(
      name: "supcon", size: "\(rows)x\(dimension)", operations: square(rows, products: 2),
      inputs: {
        [
          "embeddings": try unitRows(rows, dimension, seed: 1),
          "labels": drawnIndices(rows, below: 10, seed: 2),
        ]
      },
      prepare: { inputs, workers in
        let (z, labels) = (try inputs.matrix("embeddings"), try inputs.integers("labels"))
        let objective = try SupCon()
        return {
          Outcome(try objective.evaluate(embeddings: z, labels: labels, workers: workers))
        }
      })
  }

  private static func fnc(images: Int) -> Workload {
    let views = 8
    return Workload(
      name: "fnc", size: "\(views)x\(images)x\(dimension)",
      operations: square(views * images, products: 2),
      inputs: { ["embeddings": try unitRows(views * images, dimension, seed: 1)] },
      prepare: { inputs, workers in
        let z = try inputs.matrix("embeddings")
        // A threshold that random rows reach now and then.
        let objective = try FNC(search: try FalseNegatives(topK: 10, threshold: 0.25))
        return { Outcome(try objective.evaluate(embeddings: z, views: views, workers: workers)) }
      })
  }
}
