/// Whether a clustering is screened by codes, and the codes of its points.
///
/// The result is the same either way, so that the choice is one of cost alone; it follows from the
/// data and the processor's instructions.
enum CodeUse: Sendable {
  case unused
  /// By choice of the caller where `isChosen`, else for as long as bounds are not expected to take
  /// less time.
  case used(Screen, isChosen: Bool)

  /// What is known so far.
  struct Screen: Sendable {
    fileprivate var points: CodedPoints?
    /// The centroids of the last assignment by these codes.
    fileprivate var assigned: Matrix?
    fileprivate var forecast: BoundsForecast?
  }

  /// Clusters below which a pass by codes is not worth its parts besides the product.
  private static let fewestClusters = 128

  init(_ points: PreparedPoints, clusters: Int, options: KMeans) {
    let bytes = CodedPoints.bytes(rows: points.rows, dimension: points.dimension)
    let isSuited =
      clusters >= Self.fewestClusters && bytes <= options.boundsMemory
      && CodedPoints.areFast(dimension: points.dimension)
    self =
      switch options.strategy {
      case _ where points.norms.contains { $0 > CodedPoints.largestSquare }: .unused
      case .codes: .used(Screen(), isChosen: true)
      case nil where isSuited: .used(Screen(), isChosen: false)
      default: .unused
      }
  }

  var areUsed: Bool { if case .used = self { true } else { false } }

  /// The centroids of the last assignment by codes.
  var assigned: Matrix? { if case .used(let screen, _) = self { screen.assigned } else { nil } }

  /// Forgets the codes of points that have moved.
  mutating func forget() {
    if case .used(_, let isChosen) = self { self = .used(Screen(), isChosen: isChosen) }
  }

  /// The codes of some points, made if there are none.
  mutating func codes(
    of points: PreparedPoints, rows: Range<Int>, workers: Workers
  ) -> CodedPoints? {
    guard case .used(let screen, let isChosen) = self else { return nil }
    if let found = screen.points, found.rows == rows { return found }
    let made = points.matrix.withSharedMemory {
      CodedPoints($0, dimension: points.dimension, rows: rows, workers: workers)
    }
    self = .used(Screen(points: made), isChosen: isChosen)
    return made
  }

  /// Takes note of an assignment by codes, which left so many pairs open.
  mutating func note(_ result: KMeansResult, moves: Int, open: Int, workers: Workers) {
    guard case .used(var screen, let isChosen) = self else { return }
    screen.assigned = result.centroids
    // An assignment that knew no cluster of any point leaves more open than those that follow.
    if !isChosen && moves < result.points.rows {
      screen.forecast = BoundsForecast(result, open: open, workers: workers)
    }
    self = .used(screen, isChosen: isChosen)
  }

  /// Gives codes up where bounds are expected to take less time, once centroids have moved so far.
  mutating func judge(_ result: KMeansResult, moved drifts: [Double], remaining: Int) {
    guard case .used(let screen, isChosen: false) = self, let forecast = screen.forecast else {
      return
    }
    if forecast.favorsBounds(result, moved: drifts, remaining: remaining) { self = .unused }
  }
}
