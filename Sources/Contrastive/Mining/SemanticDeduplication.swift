/// SemDeDup: drops the rows that are most similar to another one of their cluster.
///
/// Rows are clustered by spherical k-means. In each cluster they are ordered by their cosine with
/// the centroid, the smallest first, ties by the lower row: what is far from the centroid is kept
/// rather. Then
/// ```
/// similarity(i) = max over the rows j before i in its cluster of cosine(i, j)    (−1 without one)
/// ```
/// in Double, and the rows of the largest similarity are dropped, the higher row first on a tie,
/// until the fraction is left: the threshold 1 − ε of the paper is what this gives.
///
/// Complexity: the clustering, and Σ size² · D floating-point operations over the clusters, in
/// Float32; Double decides what comes within rounding of a row's largest.
///
/// Source: Abbas et al., "SemDeDup: Data-efficient learning at web-scale through semantic
/// deduplication", 2023, algorithm A.1.
public struct SemanticDeduplication: Sendable {
  package let keepFraction: Double
  package let clusters: Int?
  package let seed: UInt64

  /// What is left, and why.
  public struct Result: Sendable {
    /// Whether each row is kept.
    public let kept: [Bool]
    /// The largest cosine of each row with one before it in its cluster; −1 without one.
    public let similarities: [Float]
    /// The cluster of each row.
    package let clusters: [Int32]
    /// The least similarity of a row that was dropped; 1 where none was.
    package let threshold: Double
  }

  /// A rule.
  ///
  /// - Parameters:
  ///   - keepFraction: the share of the rows to keep, above 0 and at most 1; rounded up to whole
  ///     rows.
  ///   - clusters: number of clusters; nil for one for about each 1,000 rows, and no more than
  ///     there are distinct rows.
  ///   - seed: random seed of the clustering.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    keepFraction: Double, clusters: Int? = nil, seed: UInt64 = 0
  ) throws(ContrastiveError) {
    try requireParameter(
      keepFraction > 0 && keepFraction <= 1, "keep-fraction", keepFraction, "above 0 and at most 1")
    if let clusters, clusters < 1 {
      throw .parameter(name: "clusters", found: "\(clusters)", expected: "at least 1")
    }
    self.keepFraction = keepFraction
    self.clusters = clusters
    self.seed = seed
  }

  /// Applies the rule.
  ///
  /// - Parameters:
  ///   - embeddings: [n × D], none of them zeros; of any length.
  ///   - argument: the name of the embeddings in errors.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: what is left, and why.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.zeroNorm`, `.canceled`, and
  ///   `.parameter` for more clusters than distinct rows.
  public func run(
    _ embeddings: Matrix, argument: String = "embeddings", workers: Workers = .all
  ) throws(ContrastiveError) -> Result {
    let rows = try CosineRows(embeddings, argument: argument, workers: workers)
    let count = rows.count
    let fit = try KMeans(metric: .spherical, seed: seed).fit(
      embeddings,
      clusters: clusters ?? max(1, embeddings.distinctDirections(upTo: count / 1_000)),
      argument: argument, workers: workers)
    var members = [[Int]](repeating: [], count: fit.centroids.rows)
    for (row, cluster) in fit.assignments.enumerated() { members[cluster].append(row) }
    let centroids = try CosineRows(fit.centroids, argument: "centroids", workers: workers)
    let toCentroid = CosinePairs.with(rows, centroids) { cosines in
      fit.assignments.enumerated().map { cosines.cosine($0, $1) }
    }
    var similarities = [Double](repeating: -1, count: count)
    for cluster in members where cluster.count > 1 {
      let order = cluster.sorted { (toCentroid[$0], $0) < (toCentroid[$1], $1) }
      let part = try CosineRows(
        embeddings.rows(at: order), argument: argument, workers: workers)
      for (row, largest) in zip(order, try Self.largestBefore(part, workers)) {
        similarities[row] = largest
      }
    }
    // A product such as 0.07 · 100, which is a little above 7, is no more than that.
    let wanted = Int((keepFraction * Double(count) * (1 - 0x1p-50)).rounded(.up))
    let order = (0..<count).sorted { (similarities[$0], $0) < (similarities[$1], $1) }
    var kept = [Bool](repeating: false, count: count)
    for row in order.prefix(wanted) { kept[row] = true }
    return Result(
      kept: kept, similarities: similarities.map(Float.init),
      clusters: fit.assignments.map(Int32.init),
      threshold: wanted < count ? similarities[order[wanted]] : 1)
  }

  /// Of each row the largest cosine with one before it, in Double.
  private static func largestBefore(
    _ rows: CosineRows, _ workers: Workers
  ) throws(ContrastiveError) -> [Double] {
    let unit = rows.unit(0..<rows.count, workers: workers)
    let margin = CosineRows.margin(dimension: rows.given.columns)
    return try CosinePairs.with(rows, rows) { cosines in
      Swift.Result { () throws(ContrastiveError) in
        let blocks = try RectanglePass(rows: unit, columns: unit).read(
          LargestBeforeReader(cosines: cosines, margin: Float(margin).nextUp), workers: workers)
        return blocks.flatMap(\.largest)
      }
    }.get()
  }
}

/// The largest cosine of each row with a column of a lower number, decided in Double.
private struct LargestBeforeReader: MergingReader {
  let cosines: CosinePairs
  let margin: Float

  struct Statistics: Sendable {
    var largest: [Double]
    var keys: [UInt64]
  }

  func start(rows: Range<Int>) -> Statistics {
    Statistics(
      largest: [Double](repeating: -1, count: rows.count),
      keys: [UInt64](repeating: 0, count: BlockSizes.current.maxColumns))
  }

  func read(_ tile: Tile, into statistics: inout Statistics) {
    let kernels = RowKernels.best
    for (place, row) in tile.rows.enumerated() {
      let count = min(tile.columns.count, row - tile.columns.lowerBound)
      guard count > 0 else { continue }
      let values = tile.row(place)
      let most = kernels.maximum(values, count: count)
      // Whatever may be the largest of the tile, and of what was read before.
      let floor = max(
        most - 2 * margin, Float(statistics.largest[place]).nextDown - margin
      ).nextDown
      guard most >= floor else { continue }
      let found = kernels.filter(
        values, count: count, from: floor, firstIndex: tile.columns.lowerBound,
        into: &statistics.keys)
      for key in statistics.keys[..<found] {
        statistics.largest[place] = max(
          statistics.largest[place], cosines.cosine(row, RankKey.index(key)))
      }
    }
  }

  func finish(_ statistics: inout Statistics) { statistics.keys = [] }

  func merge(_ later: Statistics, into statistics: inout Statistics) {
    for row in statistics.largest.indices {
      statistics.largest[row] = max(statistics.largest[row], later.largest[row])
    }
  }
}

extension LargestBeforeReader.Statistics: Portable {
  init(from packet: inout PacketReader) {
    self.init(largest: packet.take(), keys: packet.take())
  }

  func add(to packet: inout Packet) {
    packet.add(largest)
    packet.add(keys)
  }
}
