import ContrastiveCore
import Testing

@Suite struct IncludedColumnsReaderTests {
  @Test func namesWhatNoExclusionTakes() {
    let all = Similarities(4, 9, seed: 1)
    let lists = RowLists([[8, 1], [], [2], [0, 1, 2, 3, 4, 5, 6, 7, 8]])
    let reader = IncludedColumnsReader(excluding: [.diagonal, .listed(lists)])
    for cut in Similarities.cuts(9) {
      #expect(
        all.merged(reader, runs: cut) == [
          [2, 3, 4, 5, 6, 7], [0, 2, 3, 4, 5, 6, 7, 8], [0, 1, 3, 4, 5, 6, 7, 8], [],
        ])
    }
  }
}
