/// Lower bounds on the distance of every point to every centroid, across moves of both.
///
/// See `BoundsWriter` for what is stored. Distances are counted in units of 1/50,000 of the
/// longest there can be, paths too.
struct DistanceBounds: Sendable {
  let strategy: KMeansStrategy
  private let clusters: Int
  /// Looking at one point's bounds takes as long as this many multiplications in a product.
  static let leastWork = 4_000
  private var stored: [UInt16] = []
  /// How far each centroid has moved since the bounds were last all fresh.
  private var paths: [Double] = []
  /// How far each point has; empty when none has.
  private(set) var rowPaths: [Double] = []
  private(set) var inverseUnit: Float = 1
  /// Whether there are bounds, and their paths are short enough for 16 bits.
  private(set) var areUsable = false

  /// Takes the strategy wanted, or bounds where they fit the memory and save more than they cost.
  init(
    rows: Int, dimension: Int, clusters: Int, options: KMeans
  ) {
    let (bytes, overflow) = (2 * rows).multipliedReportingOverflow(by: clusters)
    let isWorthIt = clusters > 1 && clusters * (dimension + 25) >= Self.leastWork
    strategy =
      options.strategy
      ?? (isWorthIt && !overflow && bytes <= options.boundsMemory ? .perCentroid : .exhaustive)
    self.clusters = clusters
  }

  /// Starts afresh, for a pass that writes every bound.
  mutating func reset(rows: Int, largestDistance: Float) {
    guard strategy == .perCentroid else { return }
    if stored.isEmpty {
      // Written by the pass that follows.
      stored = [UInt16](unsafeUninitializedCapacity: rows * clusters) { $1 = rows * clusters }
    }
    paths = [Double](repeating: 0, count: clusters)
    rowPaths = []
    inverseUnit = largestDistance > 0 ? min(50_000 / largestDistance, 0x1p100) : 1
    areUsable = true
  }

  mutating func centroidsMoved(by drifts: [Double]) {
    guard areUsable else { return }
    for cluster in paths.indices { paths[cluster] += drifts[cluster] * (1 + 0x1p-40) }
    areUsable = (paths.max() ?? 0) * Double(inverseUnit) < 15_000
  }

  mutating func pointsMoved(by steps: [Double]) {
    guard areUsable else { return }
    if rowPaths.isEmpty { rowPaths = [Double](repeating: 0, count: steps.count) }
    for row in steps.indices { rowPaths[row] += steps[row] * (1 + 0x1p-40) }
    areUsable = (rowPaths.max() ?? 0) * Double(inverseUnit) < 15_000
  }

  /// What writes bounds, or nil when there are none.
  mutating func withWriter<R>(_ body: (BoundsWriter?) -> R) -> R {
    guard areUsable else { return body(nil) }
    let unit = Double(inverseUnit)
    let down = paths.map { UInt16(($0 * unit).rounded(.down)) }
    let rowDown = rowPaths.map { UInt16(($0 * unit).rounded(.down)) }
    let (clusters, inverseUnit) = (clusters, inverseUnit)
    return stored.withUnsafeMutableBufferPointer {
      body(
        BoundsWriter(
          memory: SharedMemory($0), columns: clusters, inverseUnit: inverseUnit, paths: down,
          rowPaths: rowDown))
    }
  }

  /// What bounds are compared with.
  var thresholds: BoundThresholds {
    BoundThresholds(
      inverseUnit: Double(inverseUnit), rowPaths: rowPaths,
      columnPaths: paths.map { UInt16(($0 * Double(inverseUnit)).rounded(.up)) })
  }
}

/// What a bound must reach to rule a centroid out.
struct BoundThresholds: Sendable {
  fileprivate let inverseUnit: Double
  fileprivate let rowPaths: [Double]
  /// ⌈path(c)⌉, which is to be added.
  let columnPaths: [UInt16]

  /// What is to reach beside the centroid's path for a point at `distance` from its own.
  ///
  /// Strictly more than the distance, whatever was rounded; nil when 16 bits cannot hold it.
  func own(distance: Double, row: Int) -> UInt16? {
    let path = rowPaths.isEmpty ? 0 : rowPaths[row]
    let units = (distance + path) * inverseUnit + 0.0625
    return units < 50_000 ? UInt16(truncatingIfNeeded: Int(units)) + 2 : nil
  }
}
