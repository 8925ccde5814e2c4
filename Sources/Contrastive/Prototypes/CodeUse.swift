/// Whether a clustering is screened by codes, and the codes of its points.
///
/// The result is the same either way, so that the choice is one of cost alone; it follows from the
/// data and the processor's instructions.
enum CodeUse: Sendable {
  case unused
  /// By choice of the caller where `isChosen`, else for as long as bounds are not expected to take
  /// less time.
  case used(CodedPoints?, BoundsForecast?, isChosen: Bool)

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
      case .codes: .used(nil, nil, isChosen: true)
      case nil where isSuited: .used(nil, nil, isChosen: false)
      default: .unused
      }
  }

  var areUsed: Bool { if case .used = self { true } else { false } }

  /// Forgets the codes of points that have moved.
  mutating func forget() {
    if case .used(_, _, let isChosen) = self { self = .used(nil, nil, isChosen: isChosen) }
  }

  /// The codes of some points, made if there are none.
  mutating func codes(
    of points: PreparedPoints, rows: Range<Int>, workers: Workers
  ) -> CodedPoints? {
    guard case .used(let found, let forecast, let isChosen) = self else { return nil }
    if let found, found.rows == rows { return found }
    let made = points.matrix.withSharedMemory {
      CodedPoints($0, dimension: points.dimension, rows: rows, workers: workers)
    }
    self = .used(made, forecast, isChosen: isChosen)
    return made
  }

  /// Takes note of an assignment by codes, which computed so many distances.
  mutating func note(_ result: KMeansResult, computed: Int, workers: Workers) {
    guard case .used(let codes, _, isChosen: false) = self else { return }
    self = .used(
      codes, BoundsForecast(result, computed: computed, workers: workers), isChosen: false)
  }

  /// Gives codes up where bounds are expected to take less time, once centroids have moved so far.
  mutating func judge(_ result: KMeansResult, moved drifts: [Double], remaining: Int) {
    guard case .used(_, .some(let forecast), isChosen: false) = self else { return }
    if forecast.favorsBounds(result, moved: drifts, remaining: remaining) { self = .unused }
  }
}
