import Contrastive
import ContrastiveFiles

extension Workload {
  /// Objectives of queries with keys against a bank: value and query gradient.
  static let bankLosses: [Workload] = [
    bankLoss("infonce-bank", sizes: [(256, 65_536), (1_024, 65_536), (256, 1_048_576)]) {
      let objective = try InfoNCE()
      return { q, k, bank, workers in
        Outcome(try objective.evaluate(queries: q, keys: k, bank: bank, workers: workers))
      }
    },
    bankLoss("infonce-bank-int16", sizes: [(256, 65_536), (1_024, 65_536)]) {
      let objective = try InfoNCE()
      return { q, k, bank, workers in
        Outcome(
          try objective.evaluate(
            (q, k, bank), gradients: [.queries], precision: .int16, workers: workers))
      }
    },
    bankLoss("infonce-encoded-bank", sizes: [(256, 65_536), (1_024, 65_536)]) {
      let objective = try InfoNCE()
      var encoded: BankColumns?
      return { q, k, bank, workers in
        let columns = try encoded ?? bank.encoded(workers: workers)
        encoded = columns
        return Outcome(
          try objective.evaluate(
            (q, k, columns), gradients: [.queries], precision: .int16, workers: workers))
      }
    },
    // A queue that keeps its codes takes the keys after each evaluation.
    bankLoss("infonce-queue-int16", sizes: [(256, 65_536), (1_024, 65_536)]) {
      let objective = try InfoNCE()
      var queue: QueueBank?
      return { q, k, bank, workers in
        var kept = try queue.take() ?? fullQueue(bank)
        let found = try objective.evaluate(
          (q, k, kept), gradients: [.queries], precision: .int16, workers: workers)
        try kept.enqueue(k)
        queue = kept
        return Outcome(found)
      }
    },
    softTargets(in: .float32), softTargets(in: .int16),
    // Negatives of the ranks from 1 % to 10 %.
    bankLoss("cns", sizes: [(256, 16_384), (256, 65_536)]) {
      let objective = try CNS(ring: try Ring())
      return { q, k, bank, workers in
        Outcome(try objective.evaluate(queries: q, keys: k, bank: bank, workers: workers))
      }
    },
    [mochi(bankRows: 16_384), mochi(bankRows: 65_536)],
  ].flatMap { $0 }

  private typealias Evaluate = (
    _ queries: Matrix, _ keys: Matrix, _ bank: Matrix, _ workers: Workers
  ) throws -> Outcome

  private static let dimension = 128

  private static func bankLoss(
    _ name: String, sizes: [(Int, Int)], queriesEach: Int = 1,
    _ make: @escaping @Sendable () throws -> Evaluate
  ) -> [Workload] {
    sizes.map { rows, bankRows in
      Workload(
        name: name, size: "\(rows)x\(bankRows)x\(dimension)",
        operations: 4 * Double(queriesEach * rows) * Double(bankRows * dimension),
        inputs: { try bankInputs(rows, bankRows) },
        prepare: { inputs, workers in
          let (q, k) = (try inputs.matrix("queries"), try inputs.matrix("keys"))
          let bank = try inputs.matrix("bank")
          let evaluate = try make()
          return { try evaluate(q, k, bank, workers) }
        })
    }
  }

  private static func fullQueue(_ rows: Matrix) throws -> QueueBank {
    var queue = try QueueBank(capacity: rows.rows, dimension: rows.columns, products: .int16)
    try queue.enqueue(rows)
    return queue
  }

  /// Queries and their keys against a bank.
  private static func softTargets(in precision: Precision) -> [Workload] {
    let sizes = [(256, 65_536), (1_024, 65_536)]
    return bankLoss(named("sce", in: precision), sizes: sizes, queriesEach: 2) {
      let objective = try SCE()
      return { q, k, bank, workers in
        Outcome(
          try objective.evaluate(
            (q, k, bank), gradients: [.queries], precision: precision, workers: workers))
      }
    }
      + bankLoss(named("ressl", in: precision), sizes: sizes, queriesEach: 2) {
        let objective = try ReSSL()
        return { q, k, bank, workers in
          Outcome(
            try objective.evaluate(
              (q, k, bank), gradients: [.queries], precision: precision, workers: workers))
        }
      }
  }

  static func bankInputs(_ rows: Int, _ bankRows: Int) throws -> [String: Tensor] {
    [
      "queries": try unitRows(rows, dimension, seed: 1),
      "keys": try unitRows(rows, dimension, seed: 2),
      "bank": try unitRows(bankRows, dimension, seed: 3),
    ]
  }

  /// The 1,024 hardest negatives of each query, 1,024 mixes of them and 128 of them with the query.
  ///
  /// The mixes drawn are among the inputs, for a program that must mix the same.
  private static func mochi(bankRows: Int) -> Workload {
    let rows = 256
    return Workload(
      name: "mochi", size: "\(rows)x\(bankRows)x\(dimension)",
      operations: 6 * Double(rows) * Double(bankRows * dimension),
      inputs: {
        var tensors = try bankInputs(rows, bankRows)
        let inputs = Inputs(file: SafetensorsFile(tensors: tensors))
        let mixes = try HardNegativeMixing().draw(
          queries: try inputs.matrix("queries"), bank: try inputs.matrix("bank"))
        tensors["pairs"] = Tensor(.int64(mixes.pairs.map(Int64.init)))
        tensors["pair-weights"] = Tensor(mixes.pairWeights)
        tensors["query-pairs"] = Tensor(.int64(mixes.queryPairs.map(Int64.init)))
        tensors["query-weights"] = Tensor(mixes.queryWeights)
        return tensors
      },
      prepare: { inputs, workers in
        let (q, k) = (try inputs.matrix("queries"), try inputs.matrix("keys"))
        let bank = try inputs.matrix("bank")
        let (objective, mixing) = (try MoCHi(), try HardNegativeMixing())
        return {
          let mixes = try mixing.draw(queries: q, bank: bank, workers: workers)
          return Outcome(
            try objective.evaluate(queries: q, keys: k, bank: bank, mixes: mixes, workers: workers))
        }
      })
  }
}
