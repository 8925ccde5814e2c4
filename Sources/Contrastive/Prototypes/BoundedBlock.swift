/// One block of points assigned anew: bounds first, then the distances they leave in doubt, as
/// products of gathered rows or one point at a time, whichever is less work.
///
/// Scratch of a worker: that of `GatheredBlock`, and 4 · (rowsPerTile + 4) · k bytes of lists.
struct BoundedBlock {
  let nearest: NearestSearch
  let rows: SharedReadOnlyMemory<Float>
  let columns: SharedReadOnlyMemory<Float>
  let writer: BoundsWriter
  let thresholds: BoundThresholds
  let labels: SharedMemory<UInt32>
  let reach: SharedMemory<Double>
  let scratch: UnsafeMutablePointer<Float>
  private(set) var outcome = Outcome()
  private let kernels = ClusterKernels.best

  init(
    nearest: NearestSearch, rows: SharedReadOnlyMemory<Float>,
    columns: SharedReadOnlyMemory<Float>, writer: BoundsWriter, thresholds: BoundThresholds,
    labels: SharedMemory<UInt32>, reach: SharedMemory<Double>, scratch: UnsafeMutablePointer<Float>
  ) {
    self.nearest = nearest
    self.rows = rows
    self.columns = columns
    self.writer = writer
    self.thresholds = thresholds
    self.labels = labels
    self.reach = reach
    self.scratch = scratch
  }

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
    /// The nearest centroid so far and its exact squared distance.
    var best: (column: Int, square: Double)
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
    let clusters = pathsUp.count
    let dimension = nearest.points.dimension
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
    var doubts: [Doubt] = []
    var pairs = 0
    for index in chosen {
      let row = Int(index)
      var threshold = thresholds.own(distance: reach[row], row: row)
      guard count(row, threshold: threshold) > 0 else { continue }
      let own = Int(labels[row])
      let square = nearest.squaredDistance(row, own)
      outcome.computed += 1
      reach[row] = square.squareRoot()
      threshold = thresholds.own(distance: reach[row], row: row)
      let count = count(row, threshold: threshold)
      guard count > 0 else { continue }
      pairs += count
      doubts.append(Doubt(row: row, threshold: threshold, best: (own, square)))
    }
    return (doubts, pairs)
  }

  private var pathsUp: [UInt16] { thresholds.columnPaths }

  private func count(_ row: Int, threshold: UInt16?) -> Int {
    guard let threshold else { return pathsUp.count }
    return kernels.countUnbounded(
      writer.row(row), paths: pathsUp, count: pathsUp.count, own: threshold)
  }

  private func list(_ doubt: Doubt, into list: UnsafeMutablePointer<UInt32>) -> Int {
    guard let threshold = doubt.threshold else {
      for column in pathsUp.indices { list[column] = UInt32(column) }
      return pathsUp.count
    }
    return kernels.filterUnbounded(
      writer.row(doubt.row), paths: pathsUp, count: pathsUp.count,
      own: threshold, into: list)
  }

  /// The distinct entries of all lists, ascending; returns how many.
  private func uniteLists(
    _ lists: UnsafePointer<UInt32>, count: Int, into union: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let marks = union + pathsUp.count
    marks.update(repeating: 0, count: pathsUp.count)
    for place in 0..<count { marks[Int(lists[place])] = 1 }
    var found = 0
    for column in pathsUp.indices {
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
      rows: rows, columns: columns, dimension: nearest.points.dimension)
    let indices = doubts.map { UInt32($0.row) }
    outcome.computed += doubts.count * chosen.count
    let all = chosen.count == pathsUp.count
    indices.withUnsafeBufferPointer { indices in
      block.forEachTile(rows: indices, columns: chosen, scratch: scratch) { tile in
        let span = UnsafeBufferPointer(rebasing: chosen[tile.columns])
        let gathered = GatheredColumns(span, nearest: nearest, writer: writer, work: work)
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
    let dimension = nearest.points.dimension
    let dots = scratch
    outcome.computed += chosen.count
    kernels.gatheredDots(
      rows + doubt.row * dimension, rows: columns.base, dimension: dimension, indices: list,
      count: chosen.count, into: dots)
    GatheredColumns(chosen, nearest: nearest, writer: writer, work: work)
      .take(dots, for: doubt.row, best: &doubt.best, run: nil)
  }

  /// Notes a point's nearest centroid.
  private mutating func settle(_ doubt: Doubt) {
    let (row, old, new) = (doubt.row, Int(labels[doubt.row]), doubt.best.column)
    if old != new {
      writer.write(exact: reach[row], column: old, row: row)
      outcome.moves.append(
        ClusterMove(row: UInt32(row), from: UInt32(old), to: UInt32(new)))
      labels[row] = UInt32(new)
      reach[row] = doubt.best.square.squareRoot()
    }
    writer.row(row)[new] = BoundsWriter.own
  }
}
