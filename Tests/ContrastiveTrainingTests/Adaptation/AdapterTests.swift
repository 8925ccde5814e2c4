import Contrastive
import ContrastiveFiles
import ContrastiveTraining
import Testing
import _TestSupport

/// Adapters: heads, losses, and training.
@Suite struct AdapterTests {
  /// Pairs whose queries are turned: a linear head can turn them back.
  static func data(_ count: Int, seed: UInt64 = 1) throws -> (queries: Matrix, documents: Matrix) {
    let dimension = 12
    let documents = try TestData.embeddings(count, dimension, seed: seed)
    var queries = try TestData.near(documents, noise: 0.35, seed: seed + 1)
    for row in 0..<count {
      // Rotations of three pairs of coordinates by 0.9.
      for first in stride(from: 0, to: 6, by: 2) {
        let (x, y) = (queries[row, first], queries[row, first + 1])
        queries[row, first] = 0.6216 * x - 0.7833 * y
        queries[row, first + 1] = 0.7833 * x + 0.6216 * y
      }
    }
    return (queries, documents)
  }

  /// ∂/∂parameters of Σ outputs · slopes, against central differences.
  @Test(arguments: AdapterHead.Kind.allCases) func headsDifferentiate(
    _ kind: AdapterHead.Kind
  ) throws {
    let rows = try TestData.embeddings(7, 5, seed: 3)
    let slopes = try TestData.matrix(7, 5, seed: 4)
    var head = try AdapterHead(kind, dimension: 5, hidden: 6, seed: 2)
    for place in head.parameters.values.indices {
      head.parameters.values[place] += 0.05 * Float(place % 7 - 3)
    }
    func value(_ head: AdapterHead) throws -> Double {
      let outputs = try head.forward(rows, workers: .one).outputs
      return zip(outputs.values, slopes.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let record = try head.forward(rows, workers: .one).record
    let gradient = head.backward(slopes, record, workers: .one)
    // Small enough to cross no kink of the mlp.
    let step: Float = 1e-3
    let expected = try head.parameters.values.indices.map { place in
      var (above, below) = (head, head)
      above.parameters.values[place] += step
      below.parameters.values[place] -= step
      return (try value(above) - value(below)) / (2 * Double(step))
    }
    expectClose(gradient.values, expected, within: 2e-3)
  }

  @Test(arguments: AdapterHead.Kind.allCases, Adapter.Sides.allCases)
  func startAsTheIdentity(_ kind: AdapterHead.Kind, _ sides: Adapter.Sides) throws {
    let rows = try TestData.matrix(70, 12, seed: 3)
    let adapter = try Adapter(kind, sides: sides, dimension: 12)
    for side in Adapter.Side.allCases {
      let adapted = try adapter.apply(to: rows, side: side)
      expectClose(adapted.values, try rows.normalized().rows.values.map(Double.init), within: 1e-7)
    }
    #expect(throws: ContrastiveError.self) {
      try adapter.apply(to: Matrix(zeros: 2, by: 11), side: .queries)
    }
  }

  @Test(arguments: AdapterLoss.Name.allCases, Adapter.Sides.allCases)
  func everyLossHelps(_ name: AdapterLoss.Name, _ sides: Adapter.Sides) throws {
    let (queries, documents) = try Self.data(600)
    var options = AdapterOptions(
      loss: try AdapterLoss(name, temperature: name == .siglip ? 0.1 : 0.05))
    options.sides = sides
    options.batchSize = 128
    options.epochs = 6
    options.rate = 1e-2
    options.weightDecay = 0
    let result = try AdapterTraining(options).run(queries: queries, documents: documents)
    let (before, after) = (try #require(result.before), try #require(result.after))
    #expect(try after.mrr(at: 10) > before.mrr(at: 10) + 0.05, "\(before.ranks)")
    #expect(result.best > 0 && result.heldOut.count == 60 && result.counts == (486, 54))
  }

  /// An mlp, mined negatives, all documents, noise and dropout, one batch of all.
  @Test func everyChoiceHelps() throws {
    let (queries, documents) = try Self.data(500)
    let changes: [(inout AdapterOptions) throws -> Void] = [
      { $0.head = .mlp }, { $0.hardNegatives = 4 },
      {
        $0.hardNegatives = 4
        $0.sides = .both
      }, { $0.usesAllDocuments = true },
      {
        $0.noise = 0.1
        $0.dropout = 0.1
        $0.sides = .shared
      },
      {
        $0.batchSize = 0
        $0.epochs = 40
        $0.patience = 40
      },
      {
        $0.loss = try AdapterLoss(
          negatives: Negatives(
            falseNegatives: FalseNegativeTreatment(
              FalseNegatives(topK: 2, threshold: 0.9), mode: .exclude)))
      },
      {
        $0.loss = try AdapterLoss(
          negatives: Negatives(mixing: .drawn(HardNegativeMixing(hardest: 32, pairs: 8))))
        $0.hardNegatives = 2
      },
    ]
    for (place, change) in changes.enumerated() {
      var options = AdapterOptions(loss: try AdapterLoss())
      options.batchSize = 128
      options.epochs = 6
      options.rate = 1e-2
      options.weightDecay = 0
      try change(&options)
      let result = try AdapterTraining(options).run(queries: queries, documents: documents)
      let (before, after) = (try #require(result.before), try #require(result.after))
      #expect(
        try after.mrr(at: 10) > before.mrr(at: 10) + 0.03,
        "choice \(place): \(before.ranks) to \(after.ranks)")
    }
  }

  @Test func sameBitsForAnyThreads() throws {
    let (queries, documents) = try Self.data(300)
    var options = AdapterOptions(loss: try AdapterLoss())
    options.sides = .both
    options.batchSize = 100
    options.epochs = 3
    options.hardNegatives = 2
    let one = try AdapterTraining(options).run(
      queries: queries, documents: documents, workers: .one)
    let three = try AdapterTraining(options).run(
      queries: queries, documents: documents, workers: Workers(count: 3))
    #expect(one.adapter == three.adapter && one.heldOut == three.heldOut)
    #expect(one.epochs.map(\.mrr) == three.epochs.map(\.mrr))
  }

  /// Each step mixes and draws from rings anew: its number is added to the step that is given.
  ///
  /// All queries are the same row and all pairs have the same document, so that nothing but the
  /// draws is another in each epoch of one batch, and the rate is 0.
  @Test(arguments: [false, true]) func drawsAnewInEachStep(_ isRing: Bool) throws {
    let documents = try TestData.embeddings(60, 8, seed: 1)
    let queries = documents.rows(at: Array(repeating: 0, count: 40))
    func losses(from step: UInt64, _ workers: Workers) throws -> [Double?] {
      var negatives = Negatives()
      if isRing {
        negatives.ring = try Ring(outer: 1, inner: 0, sample: .drawn(count: 5, seed: 2, step: step))
      } else {
        negatives.mixing = try .drawn(
          HardNegativeMixing(hardest: 10, pairs: 4, queryPairs: 0, seed: 2), step: step)
      }
      var options = AdapterOptions(loss: try AdapterLoss(negatives: negatives))
      options.hardNegatives = 10
      options.rate = 0
      options.batchSize = 0
      options.epochs = 4
      options.patience = 4
      options.holdout = 0
      return try AdapterTraining(options).run(
        queries: queries, documents: documents,
        pairs: (0..<40).map { (query: $0, document: 0) }, workers: workers
      ).epochs.dropFirst().map(\.loss)
    }
    let first = try losses(from: 0, .one)
    #expect(first.count == 4 && Set(first).count == 4, "\(first)")
    #expect(try losses(from: 1, Workers(count: 3)).dropLast() == first.dropFirst())
    // The sum of the steps goes around.
    #expect(try losses(from: .max, .one).dropFirst() == first.dropLast())
  }

  /// Some losses are defined for two pairs or more: no batch has fewer.
  @Test(arguments: AdapterLoss.Name.allCases) func batchesHaveEnoughPairs(
    _ name: AdapterLoss.Name
  ) throws {
    let (queries, documents) = try Self.data(24)
    var options = AdapterOptions(loss: try AdapterLoss(name))
    options.batchSize = 2
    options.holdout = 0.2
    options.epochs = 1
    var steps = 0
    let result = try AdapterTraining(options).run(
      queries: queries, documents: documents, steps: { _, _ in steps += 1 })
    #expect(result.counts.training == 17)
    let pairwise: Set<AdapterLoss.Name> = [.hcl, .dcl, .decoupled]
    #expect(steps == (pairwise.contains(name) ? 8 : 9))
    // One pair to train on is refused by the name of the pairs.
    let (few, fewDocuments) = (queries.rows(at: 0..<3), documents.rows(at: 0..<3))
    #expect {
      try AdapterTraining(options).run(queries: few, documents: fewDocuments)
    } throws: {
      if case ContrastiveError.shape(let found, _, _) = $0 { found == "pairs" } else { false }
    }
  }

  /// Of a row that dropout would leave nothing of, an element stays.
  @Test(arguments: Adapter.Sides.allCases) func dropoutLeavesNoRowOfZeros(
    _ sides: Adapter.Sides
  ) throws {
    let (queries, documents) = try Self.data(300)
    var options = AdapterOptions(loss: try AdapterLoss())
    options.sides = sides
    options.batchSize = 100
    options.epochs = 2
    options.dropout = 0.99
    // Rows of few elements other than 0 lose them first.
    var sparse = queries
    for row in 0..<300 {
      for column in 0..<12 where column != row % 12 { sparse[row, column] = 0 }
    }
    for rows in [queries, sparse] {
      let result = try AdapterTraining(options).run(queries: rows, documents: documents)
      #expect(result.epochs.count == 3)
      #expect(result.epochs.dropFirst().allSatisfy { $0.loss?.isFinite == true })
    }
  }

  /// Nothing can be learned from pairs that do not belong together: the start is kept.
  @Test func keepsTheStartWhereNothingHelps() throws {
    let rows = try TestData.embeddings(200, 6, seed: 1)
    var options = AdapterOptions(loss: try AdapterLoss())
    options.rate = 0.5
    options.patience = 2
    let result = try AdapterTraining(options).run(queries: rows, documents: rows)
    #expect(result.best == 0 && result.before?.ranks == result.after?.ranks)
    #expect(result.epochs.count == 3)
    #expect(try result.before?.mrr(at: 10) == 1)
  }

  /// Pairs of one query stay together, and several documents of a query are no negatives.
  @Test func splitsByQuery() throws {
    let (queries, documents) = try Self.data(120)
    let pairs = (0..<240).map { (query: $0 / 2, document: $0 % 2 == 0 ? $0 / 2 : ($0 * 7) % 120) }
    var options = AdapterOptions(loss: try AdapterLoss(.ntxent))
    options.holdout = 0.25
    options.epochs = 1
    let result = try AdapterTraining(options).run(
      queries: queries, documents: documents, pairs: pairs)
    #expect(result.heldOut.count == 60)
    #expect(Set(result.heldOut.map { $0 / 2 }).count == 30)
    options.seed = 1
    let other = try AdapterTraining(options).run(
      queries: queries, documents: documents, pairs: pairs)
    #expect(other.heldOut != result.heldOut)
  }

  @Test func makesPairs() throws {
    let rows = try TestData.embeddings(90, 6, seed: 1)
    let neighbors = try MadePairs.neighbors(rows, count: 4, seed: 3)
    #expect(neighbors.pairs.count == 90 && neighbors.pairs.allSatisfy { $0.query != $0.document })
    let clusters = try MadePairs.clusters(rows, count: nil, seed: 3)
    #expect(clusters.documents.rows == 9 && clusters.pairs.map(\.query) == Array(0..<90))
    var options = AdapterOptions(loss: try AdapterLoss())
    options.sides = .shared
    options.epochs = 2
    let result = try AdapterTraining(options).run(
      queries: rows, documents: rows, pairs: neighbors.pairs, isOneSet: true)
    #expect(result.after?.ranks.count == 9)
    #expect(throws: ContrastiveError.self) { try MadePairs.neighbors(rows, count: 90, seed: 0) }
  }

  @Test func refusesByName() throws {
    func refuses(_ name: String, _ change: (inout AdapterOptions) throws -> Void) throws {
      var options = AdapterOptions(loss: try AdapterLoss())
      try change(&options)
      #expect {
        try AdapterTraining(options)
      } throws: {
        if case ContrastiveError.parameter(let found, _, _) = $0 { found == name } else { false }
      }
    }
    try refuses("epochs") { $0.epochs = -1 }
    try refuses("batch-size") { $0.batchSize = 1 }
    try refuses("holdout") { $0.holdout = 1 }
    try refuses("validation") { $0.validation = 0 }
    try refuses("rate") { $0.rate = .nan }
    try refuses("hard-negatives") {
      $0.loss = try AdapterLoss(.ntxent)
      $0.hardNegatives = 2
    }
    try refuses("all-documents") {
      $0.usesAllDocuments = true
      $0.sides = .both
    }
    #expect(throws: ContrastiveError.self) { try AdapterLoss(temperature: 0) }
    // Harder negatives that weigh more make hcl of it.
    let weights = try HardNegativeWeights(beta: 2)
    #expect {
      try AdapterLoss(.dcl, weights: weights)
    } throws: {
      if case ContrastiveError.parameter(let found, _, _) = $0 { found == "beta" } else { false }
    }
    #expect(try AdapterLoss(.dcl, weights: HardNegativeWeights(beta: 0)).name == .dcl)
    let rows = try TestData.embeddings(3, 6, seed: 1)
    #expect(throws: ContrastiveError.self) {
      try AdapterTraining(AdapterOptions(loss: AdapterLoss())).run(queries: rows, documents: rows)
    }
  }

  /// What does not fit is said of the file, by the tensor's name.
  @Test func filesAreRefusedByName() throws {
    try TemporaryFolder.use { folder in
      let path = folder.file("adapter.safetensors")
      let adapter = try Adapter(.mlp, sides: .both, dimension: 3, hidden: 2)
      try AdapterFile(adapter).write(to: path)
      #expect(try AdapterFile(path: path).adapter == adapter)
      let whole = try SafetensorsFile(path: path)
      func refuses(
        _ problem: String, _ change: (inout SafetensorsFile) throws -> Void
      ) throws {
        var file = whole
        file.metadata["checksum"] = nil
        try change(&file)
        try file.write(to: path)
        #expect(throws: ContrastiveError.file(path: path, problem: problem)) {
          try AdapterFile(path: path)
        }
      }
      func describe(dimension: Int, hidden: Int) -> String {
        #"{"format":1,"head":"mlp","sides":"both","dimension":\#(dimension),"hidden":\#(hidden)}"#
      }
      try refuses("queries.expand: found shape [3, 2], expected [65536, 2]") {
        $0.metadata["adapter"] = describe(dimension: 65_536, hidden: 2)
      }
      try refuses("queries.expand: found shape [3, 2], expected [3, 65536]") {
        $0.metadata["adapter"] = describe(dimension: 3, hidden: 65_536)
      }
      try refuses("dimension: found 0, expected 1 … 65536") {
        $0.metadata["adapter"] = describe(dimension: 0, hidden: 2)
      }
      try refuses("documents.bias: found shape [3], expected [2]") {
        $0.tensors["documents.bias"] = Tensor(.float32([0, 0, 0]))
      }
      try refuses("bias: found nan at row 0, column 1, expected a finite number") {
        $0.tensors["queries.bias"] = Tensor(.float32([0, .nan]))
      }
      try refuses(
        #"has no tensor "documents.bias", it holds "documents.contract", "documents.expand", "#
          + #""queries.bias", "queries.contract", "queries.expand""#
      ) {
        $0.tensors["documents.bias"] = nil
      }
    }
  }
}
