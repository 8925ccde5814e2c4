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

  /// Counts of a pass.
  init(_ blocks: [GroupSimilarityReader.Statistics], groupings: Int) {
    let bins = GroupSimilarityReader.bins
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: bins), count: 1 + groupings)
    var shares = [Double](repeating: 0, count: groupings)
    var counted = 0
    for block in blocks {
      for index in counts.indices {
        for bin in 0..<bins { counts[index][bin] += Int(block.counts[index * bins + bin]) }
      }
      let rows = block.softmax.sum.count
      // A row that is alone has no others.
      for row in 0..<rows where block.softmax.sum[row] > 0 {
        counted += 1
        for index in shares.indices {
          shares[index] += block.groupSums[index * rows + row] / block.softmax.sum[row]
        }
      }
    }
    // What is excluded is in bin 0.
    for index in counts.indices { counts[index][0] = 0 }
    all = counts[0]
    inside = Array(counts[1...])
    maximum = blocks.flatMap(\.softmax.maximum)
    sums = blocks.flatMap(\.softmax.sum)
    gradientShares = shares.map { $0 / Double(max(1, counted)) }
  }

  /// Number of ordered pairs.
  var total: Int { all.reduce(0, +) }

  /// The share of all pairs that are inside a group.
  func share(_ grouping: Int) -> Double {
    Double(inside[grouping].reduce(0, +)) / Double(max(1, total))
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
