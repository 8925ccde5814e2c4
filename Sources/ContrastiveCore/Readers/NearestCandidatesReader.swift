/// The columns that may be nearest to each row, by squared Euclidean distance.
///
/// ```
/// d²[r, c] = rowNorm[r] + columnNorm[c] − 2 · s[r, c]
/// ```
/// in Float32, which is within `slack[r]` of the truth. Every column whose d² is at most the row's
/// least + 2 · slack is kept: the nearest is among them, and usually is the only one.
package struct NearestCandidatesReader: MergingReader {
  /// ‖row‖².
  package let rowNorms: [Float]
  /// ‖column‖².
  package let columnNorms: [Float]
  /// How far from the truth Float32 can be.
  package let rounding: DistanceRounding
  /// Where lower bounds on the distances go, when they are wanted.
  package let bounds: BoundsWriter?
  private let kernels = ClusterKernels.best
  /// The largest slack of any row.
  private let widest: Float

  package init(
    rowNorms: [Float], columnNorms: [Float], dimension: Int, bounds: BoundsWriter? = nil
  ) {
    self.rowNorms = rowNorms
    self.columnNorms = columnNorms
    self.bounds = bounds
    rounding = DistanceRounding(dimension: dimension, largestNorm: columnNorms.max() ?? 0)
    widest = rounding.slack(norm: rowNorms.max() ?? 0)
  }

  /// Candidates kept for a row; a row with more is `crowded`.
  package static let capacity = 8

  /// The candidates of each row of a block.
  package struct Statistics: Sendable {
    /// Least d² of each row.
    package fileprivate(set) var least: [Float]
    /// d² and column of each row's candidates, `capacity` places a row.
    fileprivate var values: [Float]
    fileprivate var columns: [UInt32]
    fileprivate var counts: [Int]
    fileprivate var found: [UInt32]

    /// The column of a row that has one candidate.
    package func onlyCandidate(row: Int) -> Int? {
      counts[row] == 1 ? Int(columns[row * NearestCandidatesReader.capacity]) : nil
    }

    /// Candidate columns of a row, ascending; nil when there were too many to keep.
    package func candidates(row: Int) -> ArraySlice<UInt32>? {
      let start = row * NearestCandidatesReader.capacity
      return counts[row] > NearestCandidatesReader.capacity
        ? nil : columns[start..<(start + counts[row])]
    }

    /// Keeps what is at most `threshold`, in order.
    fileprivate mutating func prune(row: Int, threshold: Float) {
      guard counts[row] <= NearestCandidatesReader.capacity else { return }
      let start = row * NearestCandidatesReader.capacity
      var kept = 0
      for place in 0..<counts[row] where values[start + place] <= threshold {
        values[start + kept] = values[start + place]
        columns[start + kept] = columns[start + place]
        kept += 1
      }
      counts[row] = kept
    }

    fileprivate mutating func append(row: Int, value: Float, column: UInt32) {
      if counts[row] < NearestCandidatesReader.capacity {
        let place = row * NearestCandidatesReader.capacity + counts[row]
        values[place] = value
        columns[place] = column
      }
      counts[row] += 1
    }
  }

  package func start(rows: Range<Int>) -> Statistics {
    Statistics(
      least: [Float](repeating: .infinity, count: rows.count),
      values: [Float](repeating: 0, count: rows.count * Self.capacity),
      columns: [UInt32](repeating: 0, count: rows.count * Self.capacity),
      counts: [Int](repeating: 0, count: rows.count),
      found: [UInt32](repeating: 0, count: BlockSizes.current.maxColumns))
  }

  package func read(_ tile: Tile, into statistics: inout Statistics) {
    let first = tile.columns.lowerBound
    columnNorms.withUnsafeBufferPointer { norms in
      guard let norms = norms.baseAddress.map({ $0 + first }) else { return }
      for row in 0..<tile.rows.count {
        let index = tile.rows.lowerBound + row
        let values = tile.row(row)
        let least = kernels.squaredDistances(
          values, norms: norms, count: tile.columns.count, own: rowNorms[index])
        let slack = rounding.slack(norm: rowNorms[index])
        bounds?.write(values, columns: tile.columns, row: index, slack: slack)
        guard least <= statistics.least[row] + 2 * slack else { continue }
        if least < statistics.least[row] {
          if statistics.least[row] > least + 2 * slack { statistics.counts[row] = 0 }
          statistics.least[row] = least
          statistics.prune(row: row, threshold: least + 2 * slack)
        }
        let count = kernels.filterBelow(
          values, count: tile.columns.count, threshold: statistics.least[row] + 2 * slack,
          firstIndex: 0, into: &statistics.found)
        for place in 0..<count {
          let column = statistics.found[place]
          statistics.append(
            row: row, value: values[Int(column)], column: column + UInt32(first))
        }
      }
    }
  }

  package func finish(_ statistics: inout Statistics) { statistics.found = [] }

  package func merge(_ later: Statistics, into statistics: inout Statistics) {
    // Which rows these are is not known here: the widest slack is safe for all.
    for row in statistics.least.indices {
      let least = min(statistics.least[row], later.least[row])
      let gap = abs(statistics.least[row] - later.least[row])
      if gap > 2 * widest {
        if later.least[row] == least { statistics.take(later, row: row) }
        continue
      }
      statistics.least[row] = least
      let start = row * Self.capacity
      if later.counts[row] > Self.capacity {
        statistics.counts[row] = Self.capacity + 1
      } else {
        for place in 0..<later.counts[row] {
          statistics.append(
            row: row, value: later.values[start + place], column: later.columns[start + place])
        }
      }
      statistics.prune(row: row, threshold: least + 2 * widest)
    }
  }
}

extension NearestCandidatesReader.Statistics {
  fileprivate mutating func take(_ other: Self, row: Int) {
    let capacity = NearestCandidatesReader.capacity
    let places = (row * capacity)..<((row + 1) * capacity)
    least[row] = other.least[row]
    counts[row] = other.counts[row]
    values.replaceSubrange(places, with: other.values[places])
    columns.replaceSubrange(places, with: other.columns[places])
  }
}
