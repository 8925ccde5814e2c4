import ContrastiveCore
import Testing

@Suite struct MultiMaskSoftmaxReaderTests {
  /// Each choice gives what it gives alone, and none changes the similarities for the others.
  @Test func everyMaskIsReadAlone() {
    let all = Similarities(5, 13, seed: 1)
    let choices: [[Exclusion]] = [
      [.diagonal], [], [.listed(RowLists([[1], [2, 3], [], [0], [12]]))],
      [.diagonal, .listed(RowLists([[1], [2, 3], [], [0], [12]]))],
    ]
    let reader = MultiMaskSoftmaxReader(temperature: 0.4, exclusions: choices)
    for cut in Similarities.cuts(13) {
      let found = all.merged(reader, runs: cut)
      #expect(found.count == 4)
      for (index, choice) in choices.enumerated() {
        let alone = all.merged(SoftmaxReader(temperature: 0.4, excluding: choice), runs: cut)
        #expect(found[index].maximum == alone.maximum && found[index].sum == alone.sum)
        #expect(found[index].spread == alone.spread)
      }
    }
    var statistics = reader.start(rows: 0..<5)
    #expect(all.tile(0..<5, 0..<13) { reader.read($0, into: &statistics) } == all.values)
  }
}
