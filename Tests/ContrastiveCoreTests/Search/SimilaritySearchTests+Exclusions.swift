import ContrastiveCore
import Testing
import _TestSupport

/// What is excluded or below a floor, several rows of an image, similarities that are no products.
extension SimilaritySearchTests {
  /// Lists, labels, masks: what is excluded is never found, and a row may have fewer than k, or
  /// none.
  @Test(arguments: [Data.unit, .equal], [7, 500])
  func findsWhatIsNotExcluded(_ data: Data, _ k: Int) throws {
    let (a, b) = try (data.matrix(90, 24, seed: 1), data.matrix(300, 24, seed: 2))
    let mask = try SelectionMask(
      rows: 90, columns: 300, values: (0..<27_000).map { UInt8($0 % 7 == 0 ? 0 : 1) })
    let choices: [[Exclusion]] = [
      [.listed(RowLists((0..<90).map { $0 == 3 ? Array(0..<300) : [299, $0, 5, $0 + 90] }))],
      [.sameLabel(rows: (0..<90).map { $0 % 3 }, columns: (0..<300).map { $0 % 5 }), .diagonal],
      [.mask(mask), .mask(ColumnSet([0, 17, 299]))],
      [
        .selected(
          rows: (0..<90).map { $0 % 40 }, .listed(RowLists((0..<40).map { [$0, $0 + 40] })))
      ],
      [
        .selected(rows: Array(60..<150), .diagonal),
        .transposed(.listed(RowLists((0..<300).map { [$0 % 90] }))),
      ],
    ]
    for exclusions in choices {
      for floor in [-Double.infinity, 0.1] {
        let expected = best(a, b, k: k, excluding: exclusions, above: floor)
        for product in CodeProduct.available {
          for screen in [SimilaritySearch.Screen?.some(.codes), .float, nil] {
            let search = SimilaritySearch(
              k: k, rows: Operand("rows", a), columns: Operand("columns", b),
              excluding: exclusions, above: floor, screen: screen, product: product)
            let found = try search.run(workers: Workers(count: 2))
            let way = "\(product.name) \(screen?.rawValue ?? "chosen") \(exclusions.count) \(floor)"
            #expect(found.columns == expected.columns, "\(way)")
            #expect(found.similarities == expected.similarities, "\(way)")
            guard floor < 0 else { continue }
            let sets = try search.sets(workers: Workers(count: 2))
            #expect(sets == (0..<90).map { found.columns(of: $0).sorted() }, "\(way)")
          }
        }
      }
    }
  }

  /// In windows of ranks, of columns that Float32 cannot tell apart and of others.
  @Test(arguments: [SimilaritySearch.Screen?.some(.codes), .float, nil])
  func findsInWindowsOfRanks(_ screen: SimilaritySearch.Screen?) throws {
    let rows = try TestData.nearlyEqual(20, 24, seed: 1)
    for columns in try [
      TestData.nearlyEqual(90, 24, seed: 1), TestData.embeddings(90, 24, seed: 2),
    ] {
      let (a, b) = (Operand("rows", rows), Operand("columns", columns))
      let windows = try RankWindows(
        [Range<Int>](repeating: 20..<60, count: 20), ofCounts: [Int](repeating: 90, count: 20),
        of: a, among: b, workers: .one)
      let all = best(rows, columns, k: 90).columns
      for (product, k) in CodeProduct.available.flatMap({ [($0, 15), ($0, 50)] }) {
        let search = SimilaritySearch(
          k: k, rows: a, columns: b, excluding: [.mask(windows)], screen: screen,
          product: product)
        let found = try search.run(workers: Workers(count: 2))
        for (row, set) in try search.sets(workers: Workers(count: 2)).enumerated() {
          #expect(
            found.columns(of: row).elementsEqual(
              all[(row * 90 + 20)..<(row * 90 + 20 + min(k, 40))]))
          #expect(set == found.columns(of: row).sorted())
        }
      }
    }
  }

  /// In a graph: other views of an image, and what is not above a floor.
  @Test(arguments: [Data.unit, .equal], [-Double.infinity, 0.25])
  func findsTheGraphOfOthers(_ data: Data, _ floor: Double) throws {
    let set = try data.matrix(400, 24, seed: 3)
    let own = RowLists(
      (0..<400).map { row in (0..<4).map { $0 * 100 + row % 100 } }, isSymmetric: true)
    let expected = best(set, set, k: 6, excluding: [.listed(own)], above: floor)
    for product in CodeProduct.available {
      for screen in [SimilaritySearch.Screen?.some(.codes), .float, nil] {
        for size in [1, 2] {
          let results = ThreadedProcess.run(size) { group in
            try SimilaritySearch.graph(
              of: Operand("rows", set), k: 6, excluding: [.listed(own)], above: floor,
              screen: screen, product: product, workers: Workers(count: 3).sharing(with: group))
          }
          for result in results {
            let found = try result.get()
            let way = "\(product.name) \(screen?.rawValue ?? "chosen") \(size)"
            #expect(found.columns == expected.columns, "\(way)")
            #expect(found.similarities == expected.similarities, "\(way)")
          }
        }
      }
    }
  }

  /// Of several rows of an image, that of the largest similarity counts; each column once.
  @Test func findsTheBestOfImages() throws {
    let (a, b) = try (
      Data.unit.matrix(90, 24, seed: 1), Data.unit.matrix(50, 24, seed: 2)
    )
    let found = try SimilaritySearch(k: 5, rows: Operand("rows", a), columns: Operand("columns", b))
      .run(workers: .one).best(ofImages: 30, workers: Workers(count: 2))
    let all = best(a, b, k: 50, excluding: [], above: -.infinity)
    for image in 0..<30 {
      var largest = [Double](repeating: -.infinity, count: 50)
      for row in [image, image + 30, image + 60] {
        for place in (row * 50)..<((row + 1) * 50) {
          largest[all.columns[place]] = max(largest[all.columns[place]], all.similarities[place])
        }
      }
      let order = (0..<50).sorted { (-largest[$0], $0) < (-largest[$1], $1) }.prefix(5)
      #expect(Array(found.columns(of: image)) == Array(order))
      #expect(
        found.similarities[(image * 5)..<(image * 5 + 5)].elementsEqual(order.map { largest[$0] }))
    }
  }

  /// Similarities that are not dot products, and further apart from them than bounds are wide.
  @Test(arguments: [SimilaritySearch.Screen?.some(.codes), .float, nil])
  func findsByWhatDecides(_ screen: SimilaritySearch.Screen?) throws {
    let (a, b) = try (
      Data.unit.matrix(90, 24, seed: 1), Data.unit.matrix(300, 24, seed: 2)
    )
    let slack = 0.05
    let similarity: @Sendable (Int, Int) -> Double = { row, column in
      a.dot(row, with: b, column) + slack * Double((row * 31 + column * 17) % 7 - 3) / 3
    }
    for product in CodeProduct.available {
      for memory in [nil, 1] {
        let found = try SimilaritySearch(
          k: 4, rows: Operand("rows", a), columns: Operand("columns", b), memory: memory,
          screen: screen, product: product, decidedBy: SimilarityDecider(similarity), slack: slack
        ).run(workers: Workers(count: 2))
        for row in 0..<90 {
          let order = (0..<300).sorted { (-similarity(row, $0), $0) < (-similarity(row, $1), $1) }
          #expect(Array(found.columns(of: row)) == Array(order.prefix(4)))
        }
      }
    }
  }
}
