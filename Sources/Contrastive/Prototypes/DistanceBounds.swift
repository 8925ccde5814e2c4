/// Lower bounds on the distances of every point to centroids, across moves of both.
///
/// Distances are counted in units of 1/50,000 of the longest there can be. For each point there is
/// a *coarse* bound for each group of centroids, on the distance to all of them but the point's
/// own, and with `KMeansStrategy.perCentroid` a *fine* one for each centroid beside it; groups are
/// then runs of 32 centroids and the coarse bounds save reading the fine ones. See
/// `BoundsWriter` for what is stored. A path that grows long is subtracted from the bounds it
/// weakens and starts again at 0.
///
/// Of several processes each has the bounds of its own points.
struct DistanceBounds: Sendable {
  let strategy: KMeansStrategy
  private(set) var groups: CentroidGroups
  private let clusters: Int
  /// Fine bounds of a point: whole runs, the rest of the last marked as no centroid.
  private let stride: Int
  /// The points that have bounds.
  private(set) var rows = 0..<0
  private var fine: [UInt16] = []
  private var coarse: [UInt16] = []
  /// How far each centroid has moved since its path began.
  private var finePaths: [Double] = []
  /// How far the centroids of each group have moved at most.
  private var coarsePaths: [Double] = []
  /// How far each point has moved; empty when none has.
  private var rowPaths: [Double] = []
  private var inverseUnit = 1.0
  /// Whether there are valid bounds.
  private(set) var areUsable = false

  /// Longest path in units: beside the longest distance it fits 16 bits.
  private static let longestPath = 12_000.0

  init(
    rows: Int, centroids: Matrix, options: KMeans, workers: Workers
  ) {
    clusters = centroids.rows
    stride = pieces(clusters, ClusterKernels.chunk) * ClusterKernels.chunk
    let plan = BoundsPlan(clusters: clusters, rows: rows, options: options)
    strategy = plan.strategy
    groups =
      strategy == .perGroup
      ? CentroidGroups(of: centroids, count: plan.groups, workers: workers)
      : CentroidGroups(centroids: clusters, runsOf: ClusterKernels.chunk)
  }

  /// The longest list of candidates a point can have.
  var listEntries: Int { strategy == .perCentroid ? clusters : groups.count }

  /// Whether there are valid bounds of these points.
  func areUsable(for rows: Range<Int>) -> Bool { areUsable && self.rows == rows }

  /// Resets all bounds, for a pass that writes every one of these points; coarse bounds beside fine
  /// ones are 0 until they are needed.
  mutating func reset(rows: Range<Int>, largestDistance: Float) {
    guard strategy != .exhaustive else { return }
    if coarse.isEmpty || rows != self.rows {
      self.rows = rows
      if strategy == .perCentroid {
        fine = [UInt16](repeating: BoundsWriter.own, count: rows.count * stride)
      }
      coarse = [UInt16](repeating: 0, count: rows.count * groups.count)
    } else {
      coarse.withMutableSharedMemory { $0.base.update(repeating: 0, count: $0.count) }
    }
    finePaths = [Double](repeating: 0, count: strategy == .perCentroid ? stride : 0)
    coarsePaths = [Double](repeating: 0, count: groups.count)
    rowPaths = []
    inverseUnit = largestDistance > 0 ? Double(min(50_000 / largestDistance, 0x1p100)) : 1
    areUsable = true
  }

  /// Discards the bounds when distances have outgrown their unit.
  mutating func require(largestDistance: Float) {
    if Double(largestDistance) * inverseUnit > 60_000 { areUsable = false }
  }

  mutating func centroidsMoved(by drifts: [Double], workers: Workers) {
    guard areUsable else { return }
    for cluster in drifts.indices where !finePaths.isEmpty {
      let drift = drifts[cluster] * (1 + 0x1p-40)
      finePaths[cluster] += drift
    }
    for group in coarsePaths.indices {
      var farthest = 0.0
      for place in groups.starts[group]..<groups.starts[group + 1] {
        farthest = max(farthest, drifts[Int(groups.members[Int(place)])])
      }
      coarsePaths[group] += farthest * (1 + 0x1p-40)
    }
    shorten(workers: workers)
  }

  mutating func pointsMoved(by steps: [Double], workers: Workers) {
    guard areUsable else { return }
    if rowPaths.isEmpty { rowPaths = [Double](repeating: 0, count: steps.count) }
    for row in steps.indices { rowPaths[row] += steps[row] * (1 + 0x1p-40) }
    let limit = Self.longestPath / inverseUnit
    let long = rowPaths.indices.filter { rowPaths[$0] > limit }
    guard 2 * long.count <= rowPaths.count else {
      areUsable = false
      return
    }
    let (unit, stride, groups) = (inverseUnit, stride, groups.count)
    let (paths, first) = (rowPaths, rows.lowerBound)
    let own = long.filter(rows.contains)
    let hasFine = strategy == .perCentroid
    fine.withMutableSharedMemory { fine in
      coarse.withMutableSharedMemory { coarse in
        let (fine, coarse) = (
          fine.starting(at: first * stride), coarse.starting(at: first * groups)
        )
        workers.forEach(own.count) { index, _ in
          let row = own[index]
          let amounts = [UInt16](
            repeating: Self.units(paths[row] * unit), count: max(stride, groups))
          let kernels = ClusterKernels.best
          if hasFine { kernels.lowerBounds(fine + row * stride, by: amounts, count: stride) }
          kernels.lowerBounds(coarse + row * groups, by: amounts, count: groups)
        }
      }
    }
    for row in long { rowPaths[row] = 0 }
  }

  /// Subtracts long paths from the bounds; discards the bounds when most paths are long.
  private mutating func shorten(workers: Workers) {
    let limit = Self.longestPath / inverseUnit
    let paths = strategy == .perCentroid ? finePaths : coarsePaths
    guard 2 * paths.count(where: { $0 > limit }) <= paths.count else {
      areUsable = false
      return
    }
    if strategy == .perCentroid {
      Self.shorten(
        &finePaths, of: &fine, limit: limit, inverseUnit: inverseUnit, workers: workers)
    }
    Self.shorten(
      &coarsePaths, of: &coarse, limit: limit, inverseUnit: inverseUnit, workers: workers)
  }

  private static func shorten(
    _ paths: inout [Double], of bounds: inout [UInt16], limit: Double, inverseUnit: Double,
    workers: Workers
  ) {
    let width = paths.count
    // Whole runs of columns: one is a cache line of each row.
    let run = ClusterKernels.chunk
    let runs = (0..<pieces(width, run)).map { ($0 * run)..<min(width, ($0 + 1) * run) }
      .filter { columns in paths[columns].contains { $0 > limit } }
    guard !runs.isEmpty else { return }
    var amounts = [UInt16](repeating: 0, count: width)
    for column in runs.joined() {
      amounts[column] = units(paths[column] * inverseUnit)
      paths[column] = 0
    }
    let taken = amounts
    let rows = bounds.count / width
    bounds.withMutableSharedMemory { bounds in
      taken.withSharedMemory { amounts in
        workers.forEachRun(of: rows, size: 1024) { run in
          for row in run {
            for columns in runs {
              ClusterKernels.best.lowerBounds(
                bounds + (row * width + columns.lowerBound), by: amounts + columns.lowerBound,
                count: columns.count)
            }
          }
        }
      }
    }
  }

  /// Whole units, rounded up.
  private static func units(_ length: Double) -> UInt16 {
    UInt16(min(length.rounded(.up), 65_534))
  }

  /// Calls `body` with the bounds as workers see them, by the index of a point, or nil when there
  /// are none.
  mutating func withTables<R>(_ body: (BoundTables?) -> R) -> R {
    guard areUsable else { return body(nil) }
    let unit = inverseUnit
    let up = { (paths: [Double]) in paths.map { Self.units($0 * unit) } }
    let down = { (paths: [Double]) in paths.map { UInt16(($0 * unit).rounded(.down)) } }
    let (fineUp, coarseUp, coarseDown) = (up(finePaths), up(coarsePaths), down(coarsePaths))
    let (fineDown, rowDown) = (down(finePaths), down(rowPaths))
    let (columns, rowPaths, groups, first) = (stride, rowPaths, groups, rows.lowerBound)
    let hasFine = strategy == .perCentroid
    return fine.withMutableSharedMemory { fine in
      coarse.withMutableSharedMemory { coarse in
        let (fine, coarse) = (
          fine.starting(at: first * columns), coarse.starting(at: first * groups.count)
        )
        return groups.withTables { groups in
          rowPaths.withSharedMemory { rowPaths in
            [fineUp, fineDown, coarseUp, coarseDown, rowDown].withSharedMemories { units in
              body(
                BoundTables(
                  fine: hasFine
                    ? BoundsWriter(
                      memory: fine, columns: columns, inverseUnit: Float(unit), paths: units[1],
                      rowPaths: units[4]) : nil,
                  fineUp: units[0], coarse: coarse, coarseUp: units[2], coarseDown: units[3],
                  rowPaths: rowPaths, rowDown: units[4], groups: groups, inverseUnit: unit))
            }
          }
        }
      }
    }
  }
}

/// The bounds of a search, as its workers see them: without arrays, whose references every copy
/// would count.
struct BoundTables: Sendable {
  /// One bound for each centroid, or nil.
  let fine: BoundsWriter?
  /// ⌈path(c)⌉, which a bound must exceed by the distance.
  let fineUp: SharedReadOnlyMemory<UInt16>
  /// [n × groups], of which there are the rows of this process.
  let coarse: SharedMemory<UInt16>
  /// ⌈path(g)⌉.
  let coarseUp: SharedReadOnlyMemory<UInt16>
  /// ⌊path(g)⌋, which is stored with a bound.
  let coarseDown: SharedReadOnlyMemory<UInt16>
  /// path(x); empty when no point has moved.
  let rowPaths: SharedReadOnlyMemory<Double>
  /// ⌊path(x)⌋.
  let rowDown: SharedReadOnlyMemory<UInt16>
  let groups: GroupTables
  let inverseUnit: Double

  func coarseRow(_ row: Int) -> UnsafeMutablePointer<UInt16> { coarse + row * groups.count }

  func rowPath(_ row: Int) -> UInt16 { rowDown.count == 0 ? 0 : rowDown[row] }

  /// The threshold that a bound less its path must reach to rule a centroid out, for a point at
  /// `distance` from its own centroid.
  ///
  /// Strictly more than the distance, whatever was rounded; nil when 16 bits cannot hold it.
  func own(distance: Double, row: Int) -> UInt16? {
    let path = rowPaths.count == 0 ? 0 : rowPaths[row]
    let units = (distance + path) * inverseUnit + 0.0625
    return units < 53_000 ? UInt16(truncatingIfNeeded: Int(units)) + 2 : nil
  }

  /// Lowers a coarse bound to hold for a centroid at an exact distance, too.
  func lower(coarseOf column: Int, to distance: Double, row: Int) {
    let group = Int(groups.group[column])
    let units = max(0, (distance * inverseUnit * (1 - 0x1p-40) - 0.0625).rounded(.down))
    let sum = min(units, 65_534) + Double(coarseDown[group]) + Double(rowPath(row))
    let bound = coarseRow(row) + group
    bound.pointee = min(bound.pointee, UInt16(min(sum, Double(BoundsWriter.largest))))
  }
}
