import Contrastive
import Testing
import _Reference
import _TestSupport

/// Exact search, against a sort of every similarity.
@Suite struct NeighborTableTests {
  @Test(arguments: [(1, 1, 1), (3, 17, 17), (257, 513, 5), (5, 9_001, 200)])
  func findsTheNearest(_ queries: Int, _ bank: Int, _ k: Int) throws {
    // Small integers: every dot product is exact and ties abound.
    let a = try integers(queries, seed: 1)
    let b = try integers(bank, seed: 2)
    let results = try [1, 2, 3].map {
      try NeighborTable(nearestTo: a, in: b, k: k, workers: Workers(count: $0))
    }
    let (aRows, bRows) = (a.doubles, b.doubles)
    for row in 0..<queries {
      let similarities = bRows.map { dot(aRows[row], $0) }
      let order = (0..<bank).sorted {
        (-similarities[$0], $0) < (-similarities[$1], $1)
      }
      for result in results {
        #expect(Array(result.indices(of: row)) == Array(order.prefix(k)))
        #expect(
          result.similarities.row(row).map(Double.init) == order.prefix(k).map { similarities[$0] })
      }
    }
  }

  /// Near-duplicates, too, are in the order of their dot products in Double.
  @Test func orderIsThatOfDouble() throws {
    let one = try TestData.embeddings(1, 64, seed: 4)
    let values = (0..<400).flatMap { (row: Int) -> [Float] in
      (0..<64).map { (column: Int) -> Float in
        let shift: Float = 1e-7 * Float(row % 20)
        return column % 2 == 0 ? one[0, column] + shift : one[0, column] - shift
      }
    }
    let bank = try Matrix(rows: 400, columns: 64, values: values)
    let queries = try TestData.embeddings(50, 64, seed: 5)
    let found = try NeighborTable(nearestTo: queries, in: bank, k: 100)
    let (left, right) = (queries.doubles, bank.doubles)
    var worst = 0.0
    for row in 0..<50 {
      let exact = right.map { dot(left[row], $0) }
      let order = found.indices(of: row).map { exact[$0] }
      let rest = Set(0..<400).subtracting(found.indices(of: row)).map { exact[$0] }
      for place in 1..<100 { worst = max(worst, order[place] - order[place - 1]) }
      worst = max(worst, (rest.max() ?? -1) - (order.min() ?? 1))
    }
    // What sums of 64 products in Double can differ by, taken in another order.
    let bound = 64 * 0x1p-52
    print("accuracy: order of neighbors \(worst / bound) of the bound")
    #expect(worst <= bound)
  }

  /// Sizes around the blocks' 512 rows; ties abound, and in a graph tiles come in no order.
  @Test(arguments: [(2, 1), (7, 6), (513, 3), (1_100, 40)])
  func findsTheGraph(_ count: Int, _ k: Int) throws {
    let set = try integers(count, seed: 3)
    let rows = set.doubles
    let graphs = try [1, 2, 3, 4, 7].map {
      try NeighborTable(graphOf: set, k: k, workers: Workers(count: $0))
    }
    for row in 0..<count {
      let similarities = rows.map { dot(rows[row], $0) }
      let order = (0..<count).filter { $0 != row }.sorted {
        (-similarities[$0], $0) < (-similarities[$1], $1)
      }
      for graph in graphs { #expect(Array(graph.indices(of: row)) == Array(order.prefix(k))) }
    }
    let graph = graphs[0]
    let inPieces = try NeighborTable(graphOf: set, k: k, memory: 1)
    #expect(inPieces.indices == graph.indices && inPieces.similarities == graph.similarities)
    for (place, isMutual) in graph.mutual.enumerated() {
      let neighbor = graph.indices[place]
      #expect(isMutual == graph.indices(of: neighbor).contains(place / k))
    }
  }

  private func integers(_ rows: Int, seed: UInt64) throws -> Matrix {
    var random = CounterRandom(seed: seed)
    return try Matrix(
      rows: rows, columns: 4,
      values: (0..<(rows * 4)).map { _ in Float(random.index(below: 7) - 3) })
  }

  @Test func refusesBadK() throws {
    let rows = try TestData.embeddings(3, 2, seed: 1)
    for k in [0, -1, 4] {
      #expect(
        throws: ContrastiveError.parameter(
          name: "k", found: "\(k)", expected: "1 … 3, the bank's rows")
      ) { try NeighborTable(nearestTo: rows, in: rows, k: k) }
    }
  }
}

/// The weighted vote.
@Suite struct WeightedKNNTests {
  /// Two near neighbors of label 7 against three far ones of label 3.
  @Test func nearNeighborsOutweighMany() throws {
    let bank = try Matrix(
      rows: 5, columns: 2, values: [1, 0.1, 1, -0.1, 0.5, 1, 0.5, -1, 0.4, 1])
    let query = try Matrix(rows: 1, columns: 2, values: [2, 0])
    let labels = [7, 7, 3, 3, 3]
    let sharp = try WeightedKNN(k: 5, temperature: 0.07)
    #expect(try sharp.classify(query, bank: bank, labels: labels) == [7])
    let flat = try WeightedKNN(k: 5, temperature: 100)
    #expect(try flat.classify(query, bank: bank, labels: labels) == [3])
    #expect(
      try sharp.accuracy(queries: query, queryLabels: [3], bank: bank, bankLabels: labels) == 0)
  }

  @Test func refusesLabelsThatDoNotMatch() throws {
    let rows = try TestData.embeddings(3, 2, seed: 1)
    let classifier = try WeightedKNN()
    #expect(
      throws: ContrastiveError.shape(
        argument: "labels", found: "[2]", expected: "[3], one for each bank row")
    ) { try classifier.classify(rows, bank: rows, labels: [1, 2]) }
    #expect(throws: ContrastiveError.zeroNorm(argument: "queries", row: 0)) {
      try classifier.classify(Matrix(zeros: 1, by: 2), bank: rows, labels: [1, 2, 3])
    }
  }
}
