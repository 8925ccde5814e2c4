import Contrastive
import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum MoCHiEntry: ObjectiveEntry {
  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try Draw.embeddings(size, 24, seed: seed)
    let keys = try Draw.near(queries, noise: 0.8, seed: seed + 1)
    let rows = 2 * size + 1
    // The other half of the bank nearly opposes the first: some mixes nearly cancel.
    let half = try Draw.embeddings(size + 1, 24, seed: seed + 2)
    var others = try Draw.near(half, noise: 0.01, seed: seed + 3)
    others.scaleRows { $0 % 2 == 0 ? -1 : 1 }
    let bank = half.stacked(on: others).rows(0..<rows)
    func weights(_ mixes: Int, _ largest: Float, seed: UInt64) throws -> Tensor {
      var random = CounterRandom(seed: seed, UInt64(size))
      let values = (0..<(size * mixes)).map { _ in random.uniform(0, largest) }
      return try Tensor(shape: [size, mixes], elements: .float32(values))
    }
    func problem(_ pairs: Int, _ ofQuery: Int) throws -> Problem {
      var indices = Draw.integers(2 * size * pairs, below: rows, seed: seed + 4)
      // Every fifth mix is of a row with the one that opposes it.
      for mix in stride(from: 0, to: size * pairs, by: 5) {
        indices[2 * mix + 1] = (indices[2 * mix] + Int64(size) + 1) % Int64(rows)
      }
      return try Problem([
        "queries": Tensor(queries), "keys": Tensor(keys), "bank": Tensor(bank),
        "pairs": Tensor(shape: [size, pairs, 2], elements: .int64(indices)),
        "pair-weights": weights(pairs, 1, seed: seed + 5),
        "query-pairs": Tensor(
          shape: [size, ofQuery],
          elements: .int64(Draw.integers(size * ofQuery, below: rows, seed: seed + 6))),
        "query-weights": weights(ofQuery, 0.5, seed: seed + 7),
      ])
    }
    return try [problem(7, 3), problem(2, 5)]
  }

  static func reference(_ method: MoCHiLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceMoCHi(
      queries: inputs["queries"], mixedQueries: inputs.constants["queries", default: []],
      keys: inputs["keys"], bank: inputs["bank"], pairs: inputs.integers["pairs", default: []],
      pairWeights: inputs["pair-weights"].flatMap(\.self),
      queryPairs: inputs.integers["query-pairs", default: []],
      queryWeights: inputs["query-weights"].flatMap(\.self), temperature: method.temperature)
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    let problem = try problems(size: 4, seed: 1)[0]
    func changed(_ change: (inout Problem) throws -> Void) rethrows -> Problem {
      var copy = problem
      try change(&copy)
      return copy
    }
    let bank = try Matrix(rows: 2, columns: 24, values: [Float](repeating: 1, count: 48))
    var opposed = bank
    opposed.scaleRows { $0 == 0 ? 1 : -1 }
    return [
      (
        try changed {
          $0.tensors["pairs"] = try Tensor(
            shape: [4, 7, 2], elements: .int64([Int64](repeating: 9, count: 56)))
        }, "pairs"
      ),
      (
        try changed {
          $0.tensors["query-pairs"] = try Tensor(
            shape: [4, 3], elements: .int64([Int64](repeating: -1, count: 12)))
        }, "query-pairs"
      ),
      (
        // Equal shares of two rows that oppose one another have no direction.
        try changed {
          $0.tensors["bank"] = Tensor(opposed)
          $0.tensors["pairs"] = try Tensor(
            shape: [4, 1, 2], elements: .int64([0, 1, 0, 1, 0, 1, 0, 1]))
          $0.tensors["pair-weights"] = try Tensor(
            shape: [4, 1], elements: .float32([0.5, 0.5, 0.5, 0.5]))
          $0.tensors["query-pairs"] = try Tensor(shape: [4, 0], elements: .int64([]))
          $0.tensors["query-weights"] = try Tensor(shape: [4, 0], elements: .float32([]))
        }, "pairs"
      ),
    ]
  }
}
