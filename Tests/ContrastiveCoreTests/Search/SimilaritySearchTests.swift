import ContrastiveCore
import Testing
import _TestSupport

/// The most similar columns: one result whatever the screen, the instruction set, the threads.
@Suite struct SimilaritySearchTests {
  /// What data may look like, from easy to where bounds of codes are of no use.
  enum Data: CaseIterable {
    case unit, far, tight, equal, scaled, zeros

    func matrix(_ rows: Int, _ dimension: Int, seed: UInt64) throws -> Matrix {
      var random = CounterRandom(seed: seed)
      let unit = try TestData.embeddings(rows, dimension, seed: seed)
      let values = (0..<(rows * dimension)).map { place -> Float in
        let (row, column) = place.quotientAndRemainder(dividingBy: dimension)
        let value = unit[row, column]
        switch self {
        case .unit: return value
        case .far: return value + Float(column % 7) * 10
        case .tight: return 1 + value * 1e-4
        case .equal: return Float(row % 3)
        case .scaled: return value * [1e-30, 1, 1e12][random.index(below: 3)]
        case .zeros: return row % 2 == 0 ? 0 : value
        }
      }
      return try Matrix(rows: rows, columns: dimension, values: values)
    }
  }

  @Test(arguments: Data.allCases, [(1, 5, 3, 1), (70, 300, 17, 9), (200, 700, 40, 30)])
  func findsTheSortsBest(
    _ data: Data, _ shape: (rows: Int, columns: Int, dimension: Int, k: Int)
  ) throws {
    let a = try data.matrix(shape.rows, shape.dimension, seed: 1)
    let b = try data.matrix(shape.columns, shape.dimension, seed: 2)
    let expected = best(a, b, k: shape.k, excluding: [])
    for product in CodeProduct.available {
      for screen in [SimilaritySearch.Screen?.some(.codes), .float, nil] {
        for threads in [1, 3] {
          let found = try SimilaritySearch(
            k: shape.k, rows: Operand("rows", a), columns: Operand("columns", b), screen: screen,
            product: product
          ).run(workers: Workers(count: threads))
          let way = "\(product.name) \(screen?.rawValue ?? "chosen")"
          #expect(found.columns == expected.columns, "\(way)")
          #expect(found.similarities == expected.similarities, "\(way)")
          #expect(found.survivors > 0)
        }
      }
    }
  }

  /// Dot products that just fit Float32, of parts that do not; most rows point one way.
  @Test func largeRowsAreFound() throws {
    let dimension = 400
    func rows(_ count: Int, seed: UInt64) throws -> Matrix {
      let unit = try TestData.embeddings(count, dimension, seed: seed)
      return try Matrix(
        rows: count, columns: dimension,
        values: (0..<(count * dimension)).map { place in
          let (row, column) = place.quotientAndRemainder(dividingBy: dimension)
          let size: Float = row % 7 == 0 ? 1e15 : 8.5e17
          return (row % 10 == 0 ? -1 : 1 - unit[row, column] * 0.1) * size
        })
    }
    let (a, b) = (try rows(60, seed: 1), try rows(300, seed: 2))
    let (expected, ofGraph) = (
      best(a, b, k: 9, excluding: []), best(b, b, k: 9, excluding: [.diagonal])
    )
    for product in CodeProduct.available {
      let found = try SimilaritySearch(
        k: 9, rows: Operand("rows", a), columns: Operand("columns", b), screen: .codes,
        product: product
      ).run(workers: .all)
      #expect(found.columns == expected.columns, "\(product.name)")
      let graph = try SimilaritySearch.graph(
        of: Operand("rows", b), k: 9, screen: .codes, product: product, workers: .all)
      #expect(graph.columns == ofGraph.columns, "\(product.name)")
    }
  }

  @Test(arguments: Data.allCases, [(2, 3, 1), (150, 17, 9), (700, 24, 12)])
  func findsTheGraph(_ data: Data, _ shape: (rows: Int, dimension: Int, k: Int)) throws {
    let set = try data.matrix(shape.rows, shape.dimension, seed: 3)
    let expected = best(set, set, k: shape.k, excluding: [.diagonal])
    for product in CodeProduct.available {
      for screen in [SimilaritySearch.Screen?.some(.codes), .float, nil] {
        let found = try SimilaritySearch.graph(
          of: Operand("rows", set), k: shape.k, screen: screen, product: product,
          workers: Workers(count: 3))
        let way = "\(product.name) \(screen?.rawValue ?? "chosen")"
        #expect(found.columns == expected.columns, "\(way)")
        #expect(found.similarities == expected.similarities, "\(way)")
      }
    }
  }

  /// In pieces of rows and of codes, with the row itself left out: the same bits.
  @Test(arguments: [SimilaritySearch.Screen.codes, .float])
  func memoryChangesNothing(_ screen: SimilaritySearch.Screen) throws {
    let set = try Data.unit.matrix(2_500, 40, seed: 4)
    let rows = Operand("rows", set)
    for exclusions in [[], [Exclusion.diagonal]] {
      let (all, some) = try (
        SimilaritySearch(k: 7, rows: rows, columns: rows, excluding: exclusions, screen: screen)
          .run(workers: Workers(count: 2)),
        SimilaritySearch(
          k: 7, rows: rows, columns: rows, excluding: exclusions, memory: 1, screen: screen
        ).run(workers: Workers(count: 3))
      )
      #expect(all.columns == some.columns && all.similarities == some.similarities)
      #expect(abs(some.survivors - all.survivors) < 0.05)
      if exclusions.isEmpty { continue }
      let graph = try SimilaritySearch.graph(of: rows, k: 7, screen: screen, workers: .one)
      #expect(graph.columns == some.columns && graph.similarities == some.similarities)
    }
  }

  /// Processes have rows of their own, or share a pass: the same bits.
  @Test(arguments: [SimilaritySearch.Screen?.some(.codes), .float, nil], [2, 3])
  func processesChangeNothing(_ screen: SimilaritySearch.Screen?, _ size: Int) throws {
    let set = try Data.unit.matrix(1_000, 40, seed: 5)
    let few = try Data.unit.matrix(2, 40, seed: 6)
    let rows = Operand("rows", set)
    for product in CodeProduct.available {
      let (alone, ofFew) = try (
        SimilaritySearch.graph(of: rows, k: 7, workers: .one),
        SimilaritySearch(k: 7, rows: Operand("rows", few), columns: rows).run(workers: .one)
      )
      let results = ThreadedProcess.run(size) { group in
        let workers = try Workers(count: 2).sharing(with: group)
        return try (
          SimilaritySearch.graph(
            of: rows, k: 7, screen: screen, product: product, workers: workers),
          SimilaritySearch(
            k: 7, rows: rows, columns: rows, excluding: [.diagonal], memory: 1, screen: screen,
            product: product
          ).run(workers: workers),
          SimilaritySearch(
            k: 7, rows: Operand("rows", few), columns: rows, screen: screen, product: product
          ).run(workers: workers)
        )
      }
      for result in results {
        let (graph, inPieces, some) = try result.get()
        #expect(graph.columns == alone.columns && graph.similarities == alone.similarities)
        #expect(inPieces.columns == alone.columns && inPieces.similarities == alone.similarities)
        #expect(some.columns == ofFew.columns && some.similarities == ofFew.similarities)
        #expect(inPieces.survivors > 0 && inPieces.survivors <= 1.5)
      }
    }
  }

  /// Random unit rows leave few pairs open, and equal rows all of them.
  @Test func reportsWhatSurvives() throws {
    let rows = try TestData.embeddings(64, 64, seed: 1)
    let columns = try TestData.embeddings(4_096, 64, seed: 2)
    func survivors(_ columns: Matrix) throws -> Double {
      try SimilaritySearch(
        k: 5, rows: Operand("rows", rows), columns: Operand("columns", columns), screen: .codes
      ).run(workers: .one).survivors
    }
    // Seen: 0.0065.
    #expect(try survivors(columns) < 0.02)
    #expect(
      try survivors(Matrix(rows: 4_096, columns: 64, values: [Float](repeating: 1, count: 1 << 18)))
        > 0.9)
  }

  /// What decides may be as far from a dot product as the slack: bounds hold, and the k most
  /// similar are listed.
  @Test(arguments: [SimilaritySearch.Screen.codes, .float], [0, 0.02])
  func listsWhatSlackAllows(_ screen: SimilaritySearch.Screen, _ slack: Double) throws {
    let (count, k, firstPart) = (900, 9, 400)
    let rows = try TestData.embeddings(60, 24, seed: 7)
    let columns = try TestData.embeddings(count, 24, seed: 8)
    let similarities = (0..<rows.rows).map { row in
      (0..<count).map { column in
        let shift = Double((row * 31 + column * 17) % 7 - 3) / 3
        return zip(rows.row(row), columns.row(column)).reduce(0.999 * slack * shift) {
          $0 + Double($1.0) * Double($1.1)
        }
      }
    }
    CandidateLists.with(rows: rows.rows, k: k) { lists in
      for part in [0..<firstPart, firstPart..<count] {
        #expect(throws: Never.self) {
          try SimilaritySearch(
            k: k, rows: Operand("rows", rows),
            columns: Operand("columns", columns.rows(at: Array(part))), screen: screen,
            slack: slack
          ).list(
            in: lists, firstColumn: part.lowerBound,
            decider: SimilarityDecider { similarities[$0][$1] }, workers: Workers(count: 2))
        }
      }
      for row in 0..<rows.rows {
        let listed = lists.sorted(row)
        let own = similarities[row]
        let best = (0..<count).sorted { own[$0] > own[$1] }.prefix(k)
        #expect(Set(best).isSubset(of: listed.map { Int($0.column) }))
        #expect(listed.count < 200)
        for candidate in listed {
          let similarity = own[Int(candidate.column)]
          #expect(Double(candidate.lower)...Double(candidate.upper) ~= similarity)
        }
        #expect(zip(listed, listed.dropFirst()).allSatisfy { $0.upper >= $1.upper })
      }
    }
  }

  @Test func stopsWhenCanceled() throws {
    let rows = try TestData.embeddings(600, 8, seed: 1)
    let workers = Workers.one.reporting { _ in false }
    #expect(throws: ContrastiveError.canceled) {
      try SimilaritySearch(k: 1, rows: Operand("rows", rows), columns: Operand("columns", rows))
        .run(workers: workers)
    }
    #expect(throws: ContrastiveError.canceled) {
      try SimilaritySearch.graph(of: Operand("rows", rows), k: 1, workers: workers)
    }
  }

  @Test func namesWhatIsNotFinite() throws {
    let bad = try Matrix(rows: 2, columns: 2, values: [0, 1, .nan, 0])
    let good = try Matrix(rows: 2, columns: 2, values: [0, 1, 1, 0])
    #expect(
      throws: ContrastiveError.nonFinite(argument: "columns", row: 1, column: 0, found: "nan")
    ) {
      try SimilaritySearch(k: 1, rows: Operand("rows", good), columns: Operand("columns", bad))
        .run(workers: .one)
    }
  }

  /// A sort of every dot product in Double.
  func best(
    _ a: Matrix, _ b: Matrix, k: Int, excluding exclusions: [Exclusion] = [],
    above floor: Double = -.infinity
  ) -> (columns: [Int], similarities: [Double]) {
    var columns: [Int] = []
    var similarities: [Double] = []
    for row in 0..<a.rows {
      let all = (0..<b.rows).map { a.dot(row, with: b, $0) }
      let order = (0..<b.rows)
        .filter { all[$0] > floor && !exclusions.exclude(row: row, column: $0) }
        .sorted { (-all[$0], $0) < (-all[$1], $1) }.prefix(k)
      columns += order + repeatElement(-1, count: k - order.count)
      similarities += order.map { all[$0] } + repeatElement(-.infinity, count: k - order.count)
    }
    return (columns, similarities)
  }
}
