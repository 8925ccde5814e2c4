/// The sum of the members of each cluster, in 64-bit fixed point.
///
/// Whole numbers add up to the same in any order: points can be added by any number of threads,
/// and taken away again when they move, and the sums have the bits that adding the members afresh
/// would give. A coordinate is rounded to 2⁻ᵐ of the largest, m = min(50, 62 − ⌈log₂ n⌉): finer
/// than Float32 for up to 2³⁸ points.
///
/// Memory: 8 · k · (D + 1) bytes.
struct CentroidSums: Sendable {
  private(set) var counts: [Int]
  private var sums: [Int64]
  private let dimension: Int
  /// A power of two.
  private let scale: Double

  /// Empty clusters, for `rows` points of magnitude up to `largest`.
  init(clusters: Int, dimension: Int, rows: Int, largest: Float) {
    counts = [Int](repeating: 0, count: clusters)
    sums = [Int64](repeating: 0, count: clusters * dimension)
    self.dimension = dimension
    let rowBits = Int.bitWidth - max(0, rows - 1).leadingZeroBitCount
    let exponent = largest == 0 ? 0 : Int(largest.exponent) + 1
    scale = Double(sign: .plus, exponent: min(50, 62 - rowBits) - exponent, significand: 1)
  }

  /// Moves points from cluster to cluster.
  ///
  /// Of many moves each of several processes adds up those of its own points.
  ///
  /// Complexity: O(moves · D), cut by clusters and columns.
  mutating func apply(_ moves: [ClusterMove], points: Matrix, workers: Workers) {
    for move in moves {
      if !move.isNew { counts[Int(move.from)] -= 1 }
      counts[Int(move.to)] += 1
    }
    let shares = PointShares(rows: points.rows, clusters: counts.count, workers: workers)
    guard let group = shares.group, moves.count > Self.movesWorthSharing * counts.count else {
      return add(moves, points: points, workers: workers)
    }
    let (before, own) = (sums, shares.ownRows)
    sums = [Int64](repeating: 0, count: before.count)
    add(moves.filter { own.contains(Int($0.row)) }, points: points, workers: workers)
    sums.withMutableSharedMemory { group.addUp($0) }
    for place in sums.indices { sums[place] += before[place] }
  }

  /// Moves for each cluster that take longer to add up than the sums to send.
  private static let movesWorthSharing = 16

  private mutating func add(_ moves: [ClusterMove], points: Matrix, workers: Workers) {
    // Points that are near one another go together: where they are in a file, they are read once.
    let run = max(65_536, 4 * counts.count)
    for start in stride(from: 0, to: moves.count, by: run) {
      add(moves[start..<min(moves.count, start + run)], points: points, workers: workers)
    }
  }

  private mutating func add(_ moves: ArraySlice<ClusterMove>, points: Matrix, workers: Workers) {
    let clusters = counts.count
    // Each cluster's own additions and removals, one after the other.
    var starts = [Int](repeating: 0, count: clusters + 1)
    for move in moves {
      if !move.isNew { starts[Int(move.from) + 1] += 1 }
      starts[Int(move.to) + 1] += 1
    }
    for cluster in 0..<clusters { starts[cluster + 1] += starts[cluster] }
    var places = starts
    var entries = [Entry](repeating: Entry(row: 0, adds: true), count: starts[clusters])
    for move in moves {
      let (from, to) = (Int(move.from), Int(move.to))
      if !move.isNew {
        entries[places[from]] = Entry(row: move.row, adds: false)
        places[from] += 1
      }
      entries[places[to]] = Entry(row: move.row, adds: true)
      places[to] += 1
    }
    add(entries, starts: starts, points: points, workers: workers)
  }

  private mutating func add(
    _ entries: [Entry], starts: [Int], points: Matrix, workers: Workers
  ) {
    let (dimension, scale) = (dimension, scale)
    let clusters = counts.count
    // Few clusters are cut by columns too, so that there is work for every worker.
    let slice = clusters >= 64 ? max(1, dimension) : 64
    let slices = max(1, pieces(dimension, slice))
    let group = max(1, clusters / 64)
    let groups = pieces(clusters, group)
    sums.withMutableSharedMemory { sums in
      points.withSharedMemory { values in
        workers.forEach(groups * slices) { piece, _ in
          let (part, cut) = piece.quotientAndRemainder(dividingBy: slices)
          let first = cut * slice
          let width = min(slice, dimension - first)
          for cluster in (part * group)..<min(clusters, (part + 1) * group) {
            let target = sums + (cluster * dimension + first)
            for place in starts[cluster]..<starts[cluster + 1] {
              let entry = entries[place]
              ClusterKernels.best.addFixedPoint(
                values + (Int(entry.row) * dimension + first), count: width,
                scale: entry.adds ? scale : -scale, to: target)
              if place % Self.scattered == 0 { LargeMatrices.rowsArePassed() }
            }
          }
        }
      }
    }
  }

  /// Writes the mean of a cluster; with `onSphere`, divided by its norm.
  ///
  /// - Returns: false when there is none: no members, or a sum of zero that has no direction.
  func writeMean(of cluster: Int, onSphere: Bool, to mean: UnsafeMutablePointer<Float>) -> Bool {
    guard counts[cluster] > 0 else { return false }
    let first = cluster * dimension
    var factor = 1 / (scale * Double(counts[cluster]))
    if onSphere {
      var square = 0.0
      for column in 0..<dimension {
        let value = Double(sums[first + column])
        square += value * value
      }
      guard square > 0 else { return false }
      factor = 1 / square.squareRoot()
    }
    for column in 0..<dimension {
      mean[column] = Float(Double(sums[first + column]) * factor)
    }
    return true
  }

  /// Σ over points of ‖c(x)‖² − 2 · x·c(x), from the sums alone.
  ///
  /// Complexity: O(k · D).
  func squaredDistancesLessNorms(to centroids: Matrix) -> Double {
    centroids.withUnsafeBufferPointer { values in
      var total = 0.0
      for cluster in counts.indices {
        let (first, count) = (cluster * dimension, Double(counts[cluster]))
        var part = 0.0
        for column in first..<(first + dimension) {
          let value = Double(values[column])
          part += value * (count * value - 2 * Double(sums[column]) / scale)
        }
        total += part
      }
      return total
    }
  }

  /// Rows here and there after which pages of files may be given back.
  private static let scattered = 256

  private struct Entry {
    let row: UInt32
    let adds: Bool
  }
}

/// A point that changes its cluster, or joins its first.
struct ClusterMove: Sendable, BitwiseCopyable {
  let row: UInt32
  let from: UInt32
  let to: UInt32

  /// Stands for no cluster.
  static let none = UInt32.max

  var isNew: Bool { from == Self.none }
}
