import ContrastiveCore
import Testing
import _TestSupport

@Suite struct TopKReaderTests {
  /// The definition: similarity descending, then column ascending.
  private func expected(
    _ all: Similarities, k: Int, above floor: Float = -.infinity,
    takes: (Int, Int) -> Bool = { _, _ in true }
  ) -> [[Int]] {
    (0..<all.rows).map { row in
      Array(
        (0..<all.columns).filter { takes(row, $0) && all[row, $0] > floor }
          .sorted { (-all[row, $0], $0) < (-all[row, $1], $1) }.prefix(k))
    }
  }

  private func columns(_ found: TopKReader.Statistics) -> [[Int]] {
    found.best.map { $0.map { RankKey.index($0) } }
  }

  @Test(arguments: [1, 2, 3, 7, 64, 200], [1, 3, 61, 129, 700]) func agreesWithSorting(
    _ k: Int, _ width: Int
  ) {
    let all = Similarities(3, width, seed: UInt64(k))
    let reader = TopKReader(k: k)
    for cut in Similarities.cuts(width) {
      #expect(columns(all.merged(reader, runs: cut)) == expected(all, k: k), "\(cut.count) runs")
    }
  }

  /// Few values and many ties: the lowest columns win, in whatever order tiles come.
  @Test func tiesGoToTheLowestColumns() {
    let all = Similarities(
      4, 300, TestData.integers(1_200, below: 4, seed: 3).map { Float($0) / 4 })
    for k in [1, 5, 80, 300] {
      let reader = TopKReader(k: k)
      let wanted = expected(all, k: k)
      for cut in Similarities.cuts(300) {
        #expect(columns(all.merged(reader, runs: cut)) == wanted)
      }
      let backward = all.statistics(reader, spans: [200..<300, 100..<200, 0..<100])
      #expect(columns(backward) == wanted)
    }
  }

  @Test func excludedAndLowColumnsAreNoCandidates() {
    let all = Similarities(5, 40, seed: 4)
    let reader = TopKReader(k: 6, above: 0.5, excluding: [.diagonal])
    let wanted = expected(all, k: 6, above: 0.5) { $0 != $1 }
    #expect(wanted.contains { $0.count == 6 } || wanted.contains { $0.count < 6 })
    for cut in Similarities.cuts(40) {
      #expect(columns(all.merged(reader, runs: cut)) == wanted)
    }
  }

  @Test func similaritiesComeWithTheirColumns() {
    let all = Similarities(2, 20, seed: 5)
    let found = all.statistics(TopKReader(k: 4))
    for row in 0..<2 {
      for key in found.best(row: row) {
        #expect(RankKey.value(key) == all[row, RankKey.index(key)])
      }
    }
  }
}
