import Contrastive
import ContrastiveFiles

extension Workload {
  /// Objectives with prototypes.
  static let prototypeLosses: [Workload] =
    [protoNCE(rows: 256), protoNCE(rows: 1_024)]
    + [swav(images: 256), swav(images: 1_024)] + [1_024, 4_096].map(sinkhorn)

  private static let dimension = 128

  /// A bank of 16,384 and three clusterings with 16,384 negative prototypes each.
  private static func protoNCE(rows: Int) -> Workload {
    let (bankRows, negatives, clusters) = (16_384, 16_384, [20_000, 25_000, 30_000])
    return Workload(
      name: "protonce", size: "\(rows)x\(bankRows)+3x\(negatives)x\(dimension)",
      operations: 4 * Double(rows) * Double(bankRows + 3 * negatives) * Double(dimension),
      inputs: {
        var tensors = try bankInputs(rows, bankRows)
        for (level, count) in clusters.enumerated() {
          let seed = UInt64(10 * level)
          tensors["centroids.\(level)"] = try unitRows(count, dimension, seed: seed + 4)
          var random = CounterRandom(seed: seed + 5)
          tensors["concentrations.\(level)"] = Tensor(
            .float32((0..<count).map { _ in random.uniform(0.1, 0.3) }))
          tensors["assignments.\(level)"] = drawnIndices(rows, below: count, seed: seed + 6)
          // Distinct ones, at a stride that has no factor in common with any of the counts.
          tensors["negatives.\(level)"] = Tensor(
            .int64((0..<negatives).map { Int64($0 * 7_919 % count) }))
        }
        return tensors
      },
      prepare: { inputs, workers in
        let (q, k) = (try inputs.matrix("queries"), try inputs.matrix("keys"))
        let bank = try inputs.matrix("bank")
        let clusterings = try clusters.indices.map { level in
          try PrototypeTargets(
            centroids: try inputs.matrix("centroids.\(level)"),
            concentrations: try inputs.floats("concentrations.\(level)"),
            assignments: try inputs.integers("assignments.\(level)"),
            negatives: try inputs.integers("negatives.\(level)"), level: level)
        }
        let objective = try ProtoNCE()
        return {
          Outcome(
            try objective.evaluate(
              queries: q, keys: k, bank: bank, clusterings: clusterings, workers: workers))
        }
      })
  }

  private static func swav(images: Int) -> Workload {
    let prototypes = 3_000
    return Workload(
      name: "swav", size: "2x\(images)x\(prototypes)x\(dimension)",
      operations: 12 * Double(images) * Double(prototypes * dimension),
      inputs: {
        [
          "views": try unitRows(2 * images, dimension, seed: 1),
          "prototypes": try unitRows(prototypes, dimension, seed: 2),
        ]
      },
      prepare: { inputs, workers in
        let (z, c) = (try inputs.matrix("views"), try inputs.matrix("prototypes"))
        let objective = try SwAV()
        return {
          Outcome(try objective.evaluate(views: z, count: 2, prototypes: c, workers: workers))
        }
      })
  }

  private static func sinkhorn(rows: Int) -> Workload {
    let prototypes = 3_000
    return Workload(
      name: "sinkhorn", size: "\(rows)x\(prototypes)", operations: 0,
      inputs: {
        var random = CounterRandom(seed: 5)
        return [
          "scores": try Tensor(
            shape: [rows, prototypes],
            elements: .float32((0..<(rows * prototypes)).map { _ in random.uniform(-1, 1) }))
        ]
      },
      prepare: { inputs, workers in
        let scores = try inputs.matrix("scores")
        let sinkhorn = try Sinkhorn()
        return { Outcome(matrices: ["codes": try sinkhorn.codes(scores, workers: workers)]) }
      })
  }
}
