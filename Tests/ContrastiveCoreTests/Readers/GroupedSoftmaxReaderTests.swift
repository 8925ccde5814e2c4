import ContrastiveCore
import Testing
import _TestSupport

@Suite struct GroupedSoftmaxReaderTests {
  private static let groups = RowGroups(lengths: [3, 1, 2, 5])
  private let all = Similarities.symmetric(11, seed: 1)

  private func expectDefinition(
    _ found: [GroupedSoftmaxReader.Statistics], smallest: Int, _ comment: Comment
  ) {
    let groups = Self.groups
    let outside = SoftmaxDefinition.rows(all, temperature: 0.3) { !(groups[$0] ~= $1) }
    let inside = SoftmaxDefinition.rows(all, temperature: 0.3) {
      groups[$0] ~= $1 && $0 != $1 && groups[$0].count >= smallest
    }
    var row = 0
    for block in found {
      let count = block.total.count
      expectClose(block.outside, Array(outside[row..<(row + count)]), comment)
      expectClose(block.inside, Array(inside[row..<(row + count)]), comment)
      for place in 0..<count {
        let group = groups[row + place]
        let total =
          group.count < smallest
          ? 0
          : group.filter { $0 != row + place }.reduce(0.0) {
            $0 + Double(all[row + place, $1])
          }
        #expect(abs(block.total[place] - total) < 1e-6, comment)
      }
      row += count
    }
  }

  @Test(arguments: [1, 2, 3]) func insideAndOutsideAreKeptApart(_ smallest: Int) {
    let reader = GroupedSoftmaxReader(
      temperature: 0.3, groups: Self.groups, smallestGroup: smallest)
    let spans: [[Range<Int>]] = [[0..<11], [0..<2, 2..<7, 7..<11], (0..<11).map { $0..<($0 + 1) }]
    for cut in spans {
      expectDefinition([all.statistics(reader, spans: cut)], smallest: smallest, "\(cut)")
    }
  }

  /// Blocks in pairs, whether a group reaches across them or not.
  @Test(arguments: [2, 3, 4, 6, 9]) func bothSidesAreReadAtOnce(_ cut: Int) {
    let reader = GroupedSoftmaxReader(temperature: 0.3, groups: Self.groups, smallestGroup: 1)
    let (low, high) = (0..<cut, cut..<11)
    var first = reader.start(rows: low)
    var second = reader.start(rows: high)
    all.tile(low, low) { reader.read($0, into: &first) }
    all.tile(high, high) { reader.read($0, into: &second) }
    all.tile(low, high) { tile in
      all.tile(high, low) { other in
        reader.read(tile, transposed: { other }, rows: &first, columns: &second)
      }
    }
    expectDefinition([first, second], smallest: 1, "\(cut)")
  }
}
