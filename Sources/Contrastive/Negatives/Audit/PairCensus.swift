/// What a pass of a set against itself has counted: all ordered pairs, and those inside the groups
/// of each grouping.
struct PairCensus: Sendable {
  /// Pairs in each bin of similarity.
  let all: [Int]
  /// Pairs inside a group in each bin, for each grouping.
  let inside: [[Int]]
  /// The maximum similarity and Σ exp((s − maximum) / temperature) over the others, of each row.
  let maximum: [Float]
  let sums: [Double]
  /// Mean over the rows of the part of that sum inside the row's group, for each grouping.
  let gradientShares: [Double]
  /// For a grouping, another whose pairs are all that count.
  private let wholes: [Int: Int]

  /// Counts of a pass; see `wholes` for what counts less than all pairs.
  init(_ blocks: [GroupSimilarityReader.Statistics], groupings: Int, wholes: [Int: Int] = [:]) {
    self.wholes = wholes
    let bins = GroupSimilarityReader.bins
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: bins), count: 1 + groupings)
    var shares = [Double](repeating: 0, count: groupings)
    var counted = [Int](repeating: 0, count: groupings)
    for block in blocks {
      for index in counts.indices {
        for bin in 0..<bins { counts[index][bin] += Int(block.counts[index * bins + bin]) }
      }
      let rows = block.softmax.sum.count
      for index in shares.indices {
        for row in 0..<rows {
          let all = wholes[index].map { block.groupSums[$0 * rows + row] } ?? block.softmax.sum[row]
          guard all > 0 else { continue }
          shares[index] += block.groupSums[index * rows + row] / all
          counted[index] += 1
        }
      }
    }
    // What is excluded is in bin 0.
    for index in counts.indices { counts[index][0] = 0 }
    all = counts[0]
    inside = Array(counts[1...])
    maximum = blocks.flatMap(\.softmax.maximum)
    sums = blocks.flatMap(\.softmax.sum)
    gradientShares = zip(shares, counted).map { $0 / Double(max(1, $1)) }
  }

  /// Number of ordered pairs.
  var total: Int { all.reduce(0, +) }

  /// The pairs in each bin that count for a grouping.
  func counted(_ grouping: Int) -> [Int] { wholes[grouping].map { inside[$0] } ?? all }

  /// The share of all pairs that are inside a group.
  func share(_ grouping: Int) -> Double {
    Double(inside[grouping].reduce(0, +)) / Double(max(1, counted(grouping).reduce(0, +)))
  }

  /// For each bin, the share of the pairs at least so similar that are inside a group; where there
  /// is none, that of the next bin below.
  func insideFromHere(_ grouping: Int) -> [Double] {
    var shares = [Double](repeating: 0, count: all.count)
    var (pairs, within) = (0, 0)
    var highest: Double?
    for bin in all.indices.reversed() {
      pairs += all[bin]
      within += inside[grouping][bin]
      guard pairs > 0 else { continue }
      shares[bin] = Double(within) / Double(pairs)
      if highest == nil {
        highest = shares[bin]
        for above in (bin + 1)..<all.count { shares[above] = shares[bin] }
      }
    }
    return shares
  }
}
