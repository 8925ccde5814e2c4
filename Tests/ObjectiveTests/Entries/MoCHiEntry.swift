import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum MoCHiEntry: ObjectiveEntry {
  static let name = "mochi"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let queries = try TestData.embeddings(size, 24, seed: seed)
    let keys = try TestData.near(queries, noise: 0.8, seed: seed + 1)
    let rows = 2 * size + 1
    // The other half of the bank nearly opposes the first: some mixes nearly cancel.
    let half = try TestData.embeddings(size + 1, 24, seed: seed + 2)
    var others = try TestData.near(half, noise: 0.01, seed: seed + 3)
    others.scaleRows { $0 % 2 == 0 ? -1 : 1 }
    let bank = half.stacked(on: others).rows(0..<rows)
    func weights(_ mixes: Int, _ largest: Float, seed: UInt64) throws -> Tensor {
      try Tensor(
        shape: [size, mixes],
        elements: .float32(TestData.numbers(size * mixes, in: 0..<largest, seed: seed)))
    }
    func problem(_ pairs: Int, _ ofQuery: Int) throws -> Problem {
      var indices = TestData.integers(2 * size * pairs, below: rows, seed: seed + 4)
      // Every fifth mix is of a row with the one that opposes it.
      for mix in stride(from: 0, to: size * pairs, by: 5) {
        indices[2 * mix + 1] = (indices[2 * mix] + size + 1) % rows
      }
      return try Problem([
        "queries": Tensor(queries), "keys": Tensor(keys), "bank": Tensor(bank),
        "pairs": Tensor(shape: [size, pairs, 2], elements: .int64(indices.map(Int64.init))),
        "pair-weights": weights(pairs, 1, seed: seed + 5),
        "query-pairs": Tensor.integers(size * ofQuery, below: rows, seed: seed + 6)
          .reshaped([size, ofQuery]),
        "query-weights": weights(ofQuery, 0.5, seed: seed + 7),
      ])
    }
    return try [problem(7, 3), problem(2, 5)]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> MoCHi {
    try MoCHi(temperature: options.number("temperature") ?? MoCHi().temperature)
  }

  static func inputs(_ tensors: InputTensors) throws -> MoCHi.Inputs {
    let (queries, keys, bank) = try tensors.bankProblem()
    return (
      queries, keys, bank,
      try NegativeMixes(
        pairs: tensors.integers("pairs"), pairWeights: tensors.matrix("pair-weights"),
        queryPairs: tensors.integers("query-pairs"),
        queryWeights: tensors.matrix("query-weights"))
    )
  }

  static func reference(_ objective: MoCHi, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceMoCHi(
      queries: inputs["queries"], mixedQueries: inputs.constants["queries", default: []],
      keys: inputs["keys"], bank: inputs["bank"], pairs: inputs.integers["pairs", default: []],
      pairWeights: inputs["pair-weights"].flatMap(\.self),
      queryPairs: inputs.integers["query-pairs", default: []],
      queryWeights: inputs["query-weights"].flatMap(\.self), temperature: objective.temperature)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 4, seed: 1)[0]
    func indices(_ shape: [Int], _ value: Int64) throws -> Tensor {
      let values = [Int64](repeating: value, count: shape.reduce(1, *))
      return try Tensor(shape: shape, elements: .int64(values))
    }
    let ones = [Float](repeating: 1, count: 24)
    let opposed = try Matrix(rows: 2, columns: 24, values: ones + ones.map { -$0 })
    let halves = try Matrix(rows: 4, columns: 1, values: [0.5, 0.5, 0.5, 0.5])
    return [
      (
        problem.with(["pairs": try indices([4, 7, 2], 9)]),
        .index(argument: "pairs", position: 0, found: "9", expected: "0 ..< 9")
      ),
      (
        problem.with(["query-pairs": try indices([4, 3], -1)]),
        .index(argument: "query-pairs", position: 0, found: "-1", expected: "0 ..< 9")
      ),
      (
        problem.with(["pairs": try indices([4, 6, 2], 0)]),
        .shape(
          argument: "pair-weights", found: "[4 × 7]", expected: "one for each of 24 pairs")
      ),
      (
        problem.with(["query-pairs": try indices([4, 2], 0)]),
        .shape(
          argument: "query-weights", found: "[4 × 3]",
          expected: "one for each of 8 query-pairs")
      ),
      (
        // Equal shares of two rows that oppose one another have no direction.
        problem.with([
          "bank": Tensor(opposed),
          "pairs": try Tensor(shape: [4, 1, 2], elements: .int64([0, 1, 0, 1, 0, 1, 0, 1])),
          "pair-weights": Tensor(halves), "query-pairs": try indices([4, 0], 0),
          "query-weights": try Tensor(shape: [4, 0], elements: .float32([])),
        ]),
        .zeroNorm(argument: "pairs", row: 0)
      ),
    ]
  }
}
