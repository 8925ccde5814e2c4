import ContrastiveCore
import Foundation
import Testing
import _TestSupport

@Suite struct GroupSimilarityReaderTests {
  private let all = Similarities.symmetric(12, seed: 1)
  private let groupings: [[Int32]] = [
    [0, 0, 1, 1, 2, 0, 1, 2, 2, 0, 1, 5], [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
  ]

  private func read(blocks: [Range<Int>]) -> [GroupSimilarityReader.Statistics] {
    let reader = GroupSimilarityReader(groupings: groupings, temperature: 0.5)
    var found = blocks.map(reader.start)
    for (first, rows) in blocks.enumerated() {
      all.tile(rows, rows) { reader.read($0, into: &found[first]) }
      for second in (first + 1)..<max(first + 1, blocks.count) {
        all.tile(rows, blocks[second]) { tile in
          all.tile(blocks[second], rows) { other in
            var (a, b) = (found[first], found[second])
            reader.read(tile, transposed: { other }, rows: &a, columns: &b)
            (found[first], found[second]) = (a, b)
          }
        }
      }
    }
    return found
  }

  @Test(arguments: [[0..<12], [0..<5, 5..<12], [0..<4, 4..<8, 8..<12]]) func agreesWithCounting(
    _ blocks: [Range<Int>]
  ) {
    let found = read(blocks: blocks)
    let expected = SoftmaxDefinition.rows(all, temperature: 0.5) { $0 != $1 }
    for (block, rows) in zip(found, blocks) {
      expectClose(block.softmax, Array(expected[rows]))
      for (index, groups) in groupings.enumerated() {
        for (place, row) in rows.enumerated() {
          let sum = (0..<12).reduce(0.0) {
            guard $1 != row, groups[$1] == groups[row] else { return $0 }
            return $0 + exp((Double(all[row, $1]) - expected[row].maximum) / 0.5)
          }
          #expect(abs(block.groupSums[index * rows.count + place] - sum) < 1e-5)
        }
      }
    }
    // Ordered pairs by their similarity, of all rows and of each grouping.
    let bins = GroupSimilarityReader.bins
    for index in -1..<groupings.count {
      var counts = [UInt32](repeating: 0, count: bins)
      for row in 0..<12 {
        for column in 0..<12 where row != column {
          guard index < 0 || groupings[index][row] == groupings[index][column] else { continue }
          counts[GroupSimilarityReader.bin(of: Double(all[row, column]))] += 1
        }
      }
      var sum = [UInt32](repeating: 0, count: bins)
      for block in found {
        for bin in 1..<bins { sum[bin] += block.counts[(1 + index) * bins + bin] }
      }
      #expect(sum.reduce(0, +) == counts.reduce(0, +))
      // Float32 may put a similarity into the bin beside its own.
      var (a, b): (UInt32, UInt32) = (0, 0)
      for bin in 1..<bins {
        a += sum[bin]
        b += counts[bin]
        #expect(abs(Int(a) - Int(b)) <= 1, "up to bin \(bin)")
      }
    }
  }

  @Test func binsCoverSimilarities() {
    for similarity in [-1.0, -0.5, 0, 0.3333, 0.9999, 1] {
      let bin = GroupSimilarityReader.bin(of: similarity)
      #expect(1..<GroupSimilarityReader.bins ~= bin)
      #expect(GroupSimilarityReader.lowerEdge(of: bin) <= similarity + 1e-12)
      #expect(similarity < GroupSimilarityReader.lowerEdge(of: bin + 1))
    }
    #expect(GroupSimilarityReader.bin(of: -7) == 1)
    #expect(GroupSimilarityReader.bin(of: 7) == GroupSimilarityReader.bins - 1)
  }
}
