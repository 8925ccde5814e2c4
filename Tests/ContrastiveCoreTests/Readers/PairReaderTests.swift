import ContrastiveCore
import Testing

@Suite struct PairReaderTests {
  @Test func bothLearnWhatTheyLearnAlone() {
    let all = Similarities.symmetric(9, seed: 1)
    let exclusions: [Exclusion] = [.diagonal]
    let softmax = SoftmaxReader(temperature: 0.3, excluding: exclusions)
    let top = TopKReader(k: 3, excluding: exclusions)
    let reader = PairReader(softmax, top)
    for cut in Similarities.cuts(9) {
      let found = all.merged(reader, runs: cut)
      let alone = all.merged(softmax, runs: cut)
      #expect(found.first.sum == alone.sum && found.first.maximum == alone.maximum)
      #expect(found.second.best == all.merged(top, runs: cut).best)
    }
  }

  @Test func bothAreReadFromBothSides() {
    let all = Similarities.symmetric(9, seed: 2)
    let (softmax, top) = (SoftmaxReader(temperature: 0.3), TopKReader(k: 2))
    let reader = PairReader(softmax, top)
    let (rows, columns) = (0..<4, 4..<9)
    var first = reader.start(rows: rows)
    var second = reader.start(rows: columns)
    all.tile(rows, columns) { tile in
      all.tile(columns, rows) { other in
        reader.read(tile, transposed: { other }, rows: &first, columns: &second)
      }
    }
    reader.finish(&first)
    reader.finish(&second)
    #expect(first.second.best == all.statistics(top, rows: rows, spans: [columns]).best)
    #expect(second.second.best == all.statistics(top, rows: columns, spans: [rows]).best)
    #expect(
      first.first.maximum == all.statistics(softmax, rows: rows, spans: [columns]).maximum)
    #expect(
      second.first.maximum == all.statistics(softmax, rows: columns, spans: [rows]).maximum)
  }
}
