/// One block of points assigned anew: bounds first, then the distances they leave in doubt, as
/// products of gathered rows or one point at a time, whichever is less work.
///
/// Scratch of a worker: that of `GatheredBlock`, and 4 · (rowsPerTile + 4) · k bytes of lists.
struct BoundedBlock {
  let search: SearchMemory
  let writer: BoundsWriter
  let thresholds: BoundThresholds
  let pathsUp: UnsafePointer<UInt16>
  let labels: UnsafeMutablePointer<UInt32>
  let reach: UnsafeMutablePointer<Double>
  let scratch: UnsafeMutablePointer<Float>
  private(set) var outcome = Outcome()
  private let kernels = ClusterKernels.best

  init(
    search: SearchMemory, writer: BoundsWriter, thresholds: BoundThresholds,
    pathsUp: UnsafePointer<UInt16>, labels: UnsafeMutablePointer<UInt32>,
    reach: UnsafeMutablePointer<Double>, scratch: UnsafeMutablePointer<Float>
  ) {
    self.search = search
    self.writer = writer
    self.thresholds = thresholds
    self.pathsUp = pathsUp
    self.labels = labels
    self.reach = reach
    self.scratch = scratch
  }

  private var clusters: Int { search.clusters }
  private var dimension: Int { search.dimension }

  /// What became of a block.
  struct Outcome: Sendable {
    var moves: [ClusterMove] = []
    /// Distances computed.
    var computed = 0
  }

  /// A point some of whose centroids are in doubt.
  private struct Doubt {
    let row: Int
    /// What a bound must reach to rule a centroid out; with nil none does.
    let threshold: UInt16?
    var best: Nearest
    /// Where its list of centroids ends.
    var end = 0
  }

  static func scratchCount(clusters: Int, dimension: Int) -> Int {
    GatheredBlock.scratchCount(dimension: dimension) + (TileGrid.rowsPerTile + 4) * clusters
  }

  /// Distances that cost as much one by one as a product of this many.
  ///
  /// A product computes all pairs of its rows and columns at the speed of BLAS; single distances
  /// run at the speed of the cache the centroids are in.
  private static let worthOfSingle = 2.5

  mutating func run(_ chosen: ArraySlice<UInt32>) {
    let lists = UnsafeMutableRawPointer(
      scratch + GatheredBlock.scratchCount(dimension: dimension)
    ).bindMemory(to: UInt32.self, capacity: (TileGrid.rowsPerTile + 4) * clusters)
    let work = lists + TileGrid.rowsPerTile * clusters

    var (doubts, pairs) = findDoubts(chosen)
    guard !doubts.isEmpty else { return }

    if Double(pairs) * Self.worthOfSingle >= Double(doubts.count) * Double(clusters) {
      for column in 0..<clusters { lists[column] = UInt32(column) }
      multiply(&doubts, UnsafeBufferPointer(start: lists, count: clusters), work: work)
    } else {
      var start = 0
      for place in doubts.indices {
        start += list(doubts[place], into: lists + start)
        doubts[place].end = start
      }
      let union = uniteLists(lists, count: start, into: work)
      if Double(pairs) * Self.worthOfSingle >= Double(doubts.count) * Double(union) {
        lists.update(from: work, count: union)
        multiply(&doubts, UnsafeBufferPointer(start: lists, count: union), work: work)
      } else {
        var from = 0
        for place in doubts.indices {
          single(
            &doubts[place],
            UnsafeBufferPointer(start: lists + from, count: doubts[place].end - from), work: work)
          from = doubts[place].end
        }
      }
    }
    for doubt in doubts { settle(doubt) }
  }

  /// The points whose bounds leave a centroid in doubt, and how many pairs there are.
  private mutating func findDoubts(_ chosen: ArraySlice<UInt32>) -> ([Doubt], Int) {
    // The rows whose bounds fail with what is known of their distance, and their centroids.
    let room = TileGrid.rowsPerTile
    let failed = UnsafeMutableRawPointer(scratch).bindMemory(to: UInt32.self, capacity: 2 * room)
    let owners = failed + room
    let dots = scratch + 2 * room
    var failures = 0
    for index in chosen {
      let row = Int(index)
      guard count(row, threshold: thresholds.own(distance: reach[row], row: row)) > 0 else {
        continue
      }
      failed[failures] = index
      owners[failures] = labels[row]
      failures += 1
    }
    guard failures > 0 else { return ([], 0) }
    kernels.pairedDots(
      rows: search.points.base, failed, columns: search.centroids.base, owners, count: failures,
      dimension: dimension, into: dots)
    outcome.computed += failures
    var doubts: [Doubt] = []
    doubts.reserveCapacity(failures)
    var pairs = 0
    for place in 0..<failures {
      let (row, own) = (Int(failed[place]), Int(owners[place]))
      let square = search.rowNorms.base[row] + search.columnNorms.base[own] - 2 * dots[place]
      let best = Nearest(own: own, float: square, slack: search.slack(row))
      reach[row] = min(reach[row], best.distanceAtMost)
      let threshold = thresholds.own(distance: reach[row], row: row)
      let count = count(row, threshold: threshold)
      guard count > 0 else { continue }
      pairs += count
      doubts.append(Doubt(row: row, threshold: threshold, best: best))
    }
    return (doubts, pairs)
  }

  private func count(_ row: Int, threshold: UInt16?) -> Int {
    guard let threshold else { return clusters }
    return kernels.countUnbounded(
      writer.row(row), paths: pathsUp, count: clusters, own: threshold)
  }

  private func list(_ doubt: Doubt, into list: UnsafeMutablePointer<UInt32>) -> Int {
    guard let threshold = doubt.threshold else {
      for column in 0..<clusters { list[column] = UInt32(column) }
      return clusters
    }
    return kernels.filterUnbounded(
      writer.row(doubt.row), paths: pathsUp, count: clusters,
      own: threshold, into: list)
  }

  /// The distinct entries of all lists, ascending; returns how many.
  private func uniteLists(
    _ lists: UnsafePointer<UInt32>, count: Int, into union: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let marks = union + clusters
    marks.update(repeating: 0, count: clusters)
    for place in 0..<count { marks[Int(lists[place])] = 1 }
    var found = 0
    for column in 0..<clusters {
      union[found] = UInt32(column)
      found += Int(marks[column])
    }
    return found
  }

  /// All pairs of the doubtful points and some centroids, as products.
  private mutating func multiply(
    _ doubts: inout [Doubt], _ chosen: UnsafeBufferPointer<UInt32>,
    work: UnsafeMutablePointer<UInt32>
  ) {
    let block = GatheredBlock(
      rows: search.points, columns: search.centroids, dimension: dimension)
    let indices = doubts.map { UInt32($0.row) }
    outcome.computed += doubts.count * chosen.count
    let all = chosen.count == clusters
    indices.withUnsafeBufferPointer { indices in
      block.forEachTile(rows: indices, columns: chosen, scratch: scratch) { tile in
        let span = UnsafeBufferPointer(rebasing: chosen[tile.columns])
        let gathered = GatheredColumns(span, search: search, writer: writer, work: work)
        for place in doubts.indices {
          gathered.take(
            tile.row(place), for: doubts[place].row, best: &doubts[place].best,
            run: all ? tile.columns : nil)
        }
      }
    }
  }

  /// A point's own list.
  private mutating func single(
    _ doubt: inout Doubt, _ chosen: UnsafeBufferPointer<UInt32>, work: UnsafeMutablePointer<UInt32>
  ) {
    guard let list = chosen.baseAddress else { return }
    let dots = scratch
    outcome.computed += chosen.count
    kernels.gatheredDots(
      search.points + doubt.row * dimension, rows: search.centroids.base, dimension: dimension,
      indices: list,
      count: chosen.count, into: dots)
    GatheredColumns(chosen, search: search, writer: writer, work: work)
      .take(dots, for: doubt.row, best: &doubt.best, run: nil)
  }

  /// Notes a point's nearest centroid.
  private mutating func settle(_ doubt: Doubt) {
    let (row, old, new) = (doubt.row, Int(labels[doubt.row]), doubt.best.column)
    if old != new {
      writer.write(exact: doubt.best.oldDistance, column: old, row: row)
      outcome.moves.append(
        ClusterMove(row: UInt32(row), from: UInt32(old), to: UInt32(new)))
      labels[row] = UInt32(new)
      reach[row] = doubt.best.distanceAtMost
    }
    writer.row(row)[new] = BoundsWriter.own
  }
}
