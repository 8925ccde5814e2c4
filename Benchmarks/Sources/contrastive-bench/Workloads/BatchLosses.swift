import Contrastive
import ContrastiveFiles

extension Workload {
  /// Objectives over a batch: value and the gradients for all that is differentiated by.
  static let batchLosses: [Workload] =
    [4_096, 16_384, 65_536].map { infonceBatch(rows: $0) }
    + [1_024, 4_096, 16_384].map { infonceBatch(rows: $0, symmetric: true) }
    + [512, 2_048, 8_192].map(ntXent) + [2_048, 8_192].map(supcon) + [512, 2_048, 8_192].map(hcl)
    + [128, 512].map(fnc)

  private static let dimension = 128

  private static func square(_ rows: Int, products: Double) -> Double {
    products * 2 * Double(rows) * Double(rows) * Double(dimension)
  }

  /// One direction, or the mean of both.
  ///
  /// Similarities are computed twice where they are not all kept.
  private static func infonceBatch(rows: Int, symmetric: Bool = false) -> Workload {
    Workload(
      name: symmetric ? "clip" : "infonce-batch", size: "\(rows)x\(rows)x\(dimension)",
      operations: square(rows, products: rows > 4_096 ? 4 : 3),
      inputs: {
        [
          "queries": try unitRows(rows, dimension, seed: 1),
          "keys": try unitRows(rows, dimension, seed: 2),
        ]
      },
      prepare: { inputs, workers in
        let (q, k) = (try inputs.matrix("queries"), try inputs.matrix("keys"))
        let objective = try InfoNCE(symmetric: symmetric)
        return {
          Outcome(
            try objective.evaluate(
              queries: q, keys: k, gradients: [.queries, .keys], workers: workers))
        }
      })
  }

  private static func views(_ rows: Int) throws -> [String: Tensor] {
    [
      "view1": try unitRows(rows / 2, dimension, seed: 1),
      "view2": try unitRows(rows / 2, dimension, seed: 2),
    ]
  }

  private static func ntXent(rows: Int) -> Workload {
    Workload(
      name: "nt-xent", size: "\(rows)x\(dimension)", operations: square(rows, products: 2),
      inputs: { try views(rows) },
      prepare: { inputs, workers in
        let (a, b) = (try inputs.matrix("view1"), try inputs.matrix("view2"))
        let objective = try NTXent()
        return { Outcome(try objective.evaluate(view1: a, view2: b, workers: workers)) }
      })
  }

  private static func hcl(rows: Int) -> Workload {
    Workload(
      name: "hcl", size: "\(rows)x\(dimension)", operations: square(rows, products: 2),
      inputs: { try views(rows) },
      prepare: { inputs, workers in
        let (a, b) = (try inputs.matrix("view1"), try inputs.matrix("view2"))
        let objective = try HCL()
        return { Outcome(try objective.evaluate(view1: a, view2: b, workers: workers)) }
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
