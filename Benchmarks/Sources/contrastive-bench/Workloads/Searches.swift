import Contrastive
import ContrastiveFiles

extension Workload {
  /// Exact neighbors, and the bank.
  static let searches: [Workload] =
    [knn(rows: 2_500, bankRows: 50_000), knn(rows: 10_000, bankRows: 50_000)]
    + [knnGraph(images: 15_000), knnGraph(images: 60_000)] + [bankEnqueue()]

  private static let dimension = 128

  private static func knn(rows: Int, bankRows: Int) -> Workload {
    Workload(
      name: "knn", size: "\(rows)x\(bankRows)x\(dimension)",
      operations: 2 * Double(rows) * Double(bankRows * dimension),
      inputs: {
        [
          "queries": try unitRows(rows, dimension, seed: 1),
          "bank": try unitRows(bankRows, dimension, seed: 2),
        ]
      },
      prepare: { inputs, workers in
        let (queries, bank) = (try inputs.matrix("queries"), try inputs.matrix("bank"))
        return {
          let table = try NeighborTable(nearestTo: queries, in: bank, k: 50, workers: workers)
          return Outcome(matrices: ["similarities": table.similarities])
        }
      })
  }

  /// Each pair once: the operations are half of all rows against all.
  private static func knnGraph(images: Int) -> Workload {
    Workload(
      name: "knn-graph", size: "\(images)x\(dimension)",
      operations: Double(images) * Double(images) * Double(dimension),
      inputs: { ["embeddings": try imageFeatures(images)] },
      prepare: { inputs, workers in
        let rows = try inputs.matrix("embeddings")
        return {
          let table = try NeighborTable(graphOf: rows, k: 10, workers: workers)
          return Outcome(matrices: ["similarities": table.similarities])
        }
      })
  }

  /// A thousand batches of 256 keys into a bank of 65,536.
  private static func bankEnqueue() -> Workload {
    let (batch, capacity, batches) = (256, 65_536, 1_000)
    return Workload(
      name: "bank-enqueue", size: "\(batches)x\(batch)x\(dimension)", operations: 0,
      inputs: { ["keys": try unitRows(batch, dimension, seed: 1)] },
      prepare: { inputs, _ in
        let keys = try inputs.matrix("keys")
        var bank = try QueueBank(capacity: capacity, dimension: dimension)
        return {
          for _ in 0..<batches { try bank.enqueue(keys) }
          return Outcome()
        }
      })
  }
}
