/// One block of points assigned anew: bounds first, then the distances that they cannot
/// rule out, as products of gathered rows or one point at a time, whichever is less work.
struct BoundedBlock {
  let search: SearchMemory
  let tables: BoundTables
  let labels: UnsafeMutablePointer<UInt32>
  let reach: UnsafeMutablePointer<Double>
  let scratch: BlockScratch
  private(set) var outcome = Outcome()
  private let kernels = ClusterKernels.best

  private var clusters: Int { search.clusters }
  private var dimension: Int { search.dimension }
  private var groups: GroupTables { tables.groups }

  /// The result of a block.
  struct Outcome: Sendable {
    var moves: [ClusterMove] = []
    /// Distances computed.
    var computed = 0
    /// Of these, pairs that codes left open.
    var open = 0
  }

  /// A point whose nearest centroid the bounds do not decide.
  private struct Undecided {
    let row: Int
    var best: Nearest
    /// Its candidate centroids, or their groups, in the lists.
    var list: Range<Int>
  }

  /// Distances of a product that cost as much as one by itself.
  ///
  /// A product computes all pairs of its rows and columns at the speed of BLAS; single distances
  /// run at the speed of the cache the centroids are in.
  private static let productsPerDistance = 2.5

  /// Assigns points whose bounds may be right.
  mutating func run(_ chosen: Range<Int>) {
    var (points, pairs) = findUndecided(chosen)
    guard !points.isEmpty else { return }
    let worth = Double(pairs) * Self.productsPerDistance
    if worth >= Double(points.count) * Double(clusters) {
      multiply(&points, all)
    } else {
      let union = uniteLists(count: points.last?.list.upperBound ?? 0)
      if worth >= Double(points.count) * Double(union.count) {
        multiply(&points, union)
      } else {
        for place in points.indices { single(&points[place]) }
      }
    }
    for point in points { finish(point) }
  }

  /// Assigns points by all their distances, and writes their bounds.
  mutating func runFully(_ chosen: Range<Int>) {
    var points = chosen.map { Undecided(row: $0, best: Nearest(), list: 0..<0) }
    multiply(&points, all)
    for point in points { finish(point) }
  }

  /// Every centroid, group by group.
  private var all: UnsafeBufferPointer<UInt32> {
    scratch.columns.update(from: groups.members.base, count: clusters)
    return UnsafeBufferPointer(start: scratch.columns, count: clusters)
  }

  /// The points that the bounds do not decide, and their number of candidates in all.
  private mutating func findUndecided(
    _ chosen: Range<Int>
  ) -> (points: [Undecided], pairs: Int) {
    let failures = findFailures(chosen)
    guard failures > 0 else { return ([], 0) }
    // Their distances to their own centroids, then their bounds again.
    let failed = scratch.rows
    kernels.pairedDots(
      rows: search.points.base, failed, columns: search.centroids.base, scratch.owners,
      count: failures, dimension: dimension, into: scratch.dots)
    outcome.computed += failures
    var points: [Undecided] = []
    points.reserveCapacity(failures)
    var known = 0
    for place in 0..<failures {
      let (row, own) = (Int(failed[place]), Int(scratch.owners[place]))
      let square =
        search.rowNorms.base[row] + search.columnNorms.base[own] - 2 * scratch.dots[place]
      let best = Nearest(own: own, float: square, slack: search.slack(row))
      reach[row] = min(reach[row], best.distanceAtMost)
      points.append(Undecided(row: row, best: best, list: 0..<0))
      if let threshold = tables.own(distance: reach[row], row: row) {
        // Those of known thresholds come first.
        points.swapAt(known, place)
        scratch.thresholds[known] = threshold
        known += 1
      }
    }
    for place in 0..<known { scratch.rows[place] = UInt32(points[place].row) }
    return listCandidates(points, known: known)
  }

  /// Lists the candidates: what the bounds leave for points of known thresholds, all for others.
  private func listCandidates(
    _ suspects: [Undecided], known: Int
  ) -> (points: [Undecided], pairs: Int) {
    filter(known)
    var points: [Undecided] = []
    points.reserveCapacity(suspects.count)
    var (pairs, end) = (0, 0)
    for (place, suspect) in suspects.enumerated() {
      let start = end
      if place < known {
        end = Int(scratch.ends[place])
      } else {
        let count = tables.fine == nil ? groups.count : clusters
        for entry in 0..<count { scratch.lists[start + entry] = UInt32(entry) }
        end = start + count
      }
      guard end > start else { continue }
      points.append(Undecided(row: suspect.row, best: suspect.best, list: start..<end))
      pairs += tables.fine == nil ? size(of: start..<end) : end - start
    }
    return (points, pairs)
  }

  /// Centroids of the groups on a list.
  private func size(of list: Range<Int>) -> Int {
    var size = 0
    for entry in list {
      let group = Int(scratch.lists[entry])
      size += Int(groups.starts[group + 1] - groups.starts[group])
    }
    return size
  }

  /// The rows whose coarse bounds fail with what is known of their distance, and their centroids;
  /// how many.
  private func findFailures(_ chosen: Range<Int>) -> Int {
    let (failed, owners, places) = (scratch.rows, scratch.owners, scratch.places)
    let known = scratch.known
    var failures = 0
    var count = 0
    for row in chosen {
      if let own = tables.own(distance: reach[row], row: row) {
        known[count] = UInt32(row)
        scratch.thresholds[count] = own
        count += 1
      } else {
        failed[failures] = UInt32(row)
        failures += 1
      }
    }
    let suspects = kernels.failingRows(
      known, own: scratch.thresholds, count: count, bounds: tables.coarse.base,
      paths: tables.coarseUp.base, groups: groups.count, into: places)
    for suspect in 0..<suspects {
      failed[failures] = known[Int(places[suspect])]
      failures += 1
    }
    for place in 0..<failures { owners[place] = labels[Int(failed[place])] }
    return failures
  }

  /// Lists the centroids, or groups, that are not ruled out.
  private func filter(_ count: Int) {
    if let fine = tables.fine {
      kernels.filterRows(
        scratch.rows, own: scratch.thresholds, count: count, coarse: tables.coarse.base,
        paths: tables.coarseUp.base, floor: tables.coarseDown.base, bounds: fine.memory.base,
        paths: tables.fineUp.base, groups: groups.count, into: scratch.lists,
        ends: scratch.ends)
    } else {
      kernels.filterRows(
        scratch.rows, own: scratch.thresholds, count: count, bounds: tables.coarse.base,
        paths: tables.coarseUp.base, groups: groups.count, into: scratch.lists,
        ends: scratch.ends)
    }
  }

  /// The distinct centroids of all lists, group by group.
  private func uniteLists(count: Int) -> UnsafeBufferPointer<UInt32> {
    let entries = tables.fine == nil ? groups.count : clusters
    let (marks, union) = (scratch.marks, scratch.columns)
    marks.update(repeating: 0, count: entries)
    for place in 0..<count { marks[Int(scratch.lists[place])] = 1 }
    var found = 0
    for entry in 0..<entries where marks[entry] != 0 {
      found += expand(UInt32(entry), into: union + found)
    }
    return UnsafeBufferPointer(start: union, count: found)
  }

  /// The centroids an entry of a list stands for; returns how many.
  private func expand(_ entry: UInt32, into columns: UnsafeMutablePointer<UInt32>) -> Int {
    guard tables.fine == nil else {
      columns.pointee = entry
      return 1
    }
    let (start, end) = (Int(groups.starts[Int(entry)]), Int(groups.starts[Int(entry) + 1]))
    for place in start..<end { columns[place - start] = groups.members[place] }
    return end - start
  }

  /// All pairs of the undecided points and some centroids, as products.
  private mutating func multiply(
    _ points: inout [Undecided], _ chosen: UnsafeBufferPointer<UInt32>
  ) {
    let block = GatheredBlock(
      rows: search.points, columns: search.centroids, dimension: dimension,
      product: search.product)
    let indices = points.map { UInt32($0.row) }
    outcome.computed += points.count * chosen.count
    let isRun = chosen.count == clusters && tables.fine != nil
    indices.withUnsafeBufferPointer { indices in
      block.forEachTile(rows: indices, columns: chosen, scratch: scratch.tiles) { tile in
        let span = UnsafeBufferPointer(rebasing: chosen[tile.columns])
        let gathered = GatheredColumns(
          span, search: search, tables: tables, work: scratch.work)
        let first = tile.columns.lowerBound
        let continuing =
          first > 0
          && groups.group[Int(chosen[first])] == groups.group[Int(chosen[first - 1])]
        for place in points.indices {
          gathered.take(
            tile.row(place), for: points[place].row, best: &points[place].best,
            run: isRun ? tile.columns : nil, continuing: continuing)
        }
      }
    }
  }

  /// A point's own list.
  private mutating func single(_ point: inout Undecided) {
    var columns = UnsafePointer(scratch.lists + point.list.lowerBound)
    var count = point.list.count
    if tables.fine == nil {
      count = 0
      for place in point.list {
        count += expand(scratch.lists[place], into: scratch.columns + count)
      }
      columns = UnsafePointer(scratch.columns)
    }
    outcome.computed += count
    kernels.gatheredDots(
      search.points + point.row * dimension, rows: search.centroids.base, dimension: dimension,
      indices: columns, count: count, into: scratch.dots)
    GatheredColumns(
      UnsafeBufferPointer(start: columns, count: count), search: search, tables: tables,
      work: scratch.work
    ).take(scratch.dots, for: point.row, best: &point.best, run: nil, continuing: false)
  }

  /// Stores a point's nearest centroid.
  private mutating func finish(_ point: Undecided) {
    let (row, old, new) = (point.row, labels[point.row], point.best.column)
    if old != UInt32(new) {
      if let fine = tables.fine, old != ClusterMove.none {
        fine.write(exact: point.best.oldDistance, column: Int(old), row: row)
        tables.lower(coarseOf: Int(old), to: point.best.oldDistance, row: row)
      }
      outcome.moves.append(ClusterMove(row: UInt32(row), from: old, to: UInt32(new)))
      labels[row] = UInt32(new)
      reach[row] = point.best.distanceAtMost
    }
    tables.fine?.row(row)[new] = BoundsWriter.own
  }
}
