/// The concentration φ of prototypes: how widely each one's members scatter, as a temperature.
///
/// For a cluster of n ≥ 2 members at distances d from its centroid
/// ```
/// φ = (Σ d / n) / ln(n + 10)
/// ```
/// A cluster of one member or none takes the largest φ there is. All are then clipped to the 10th
/// and 90th percentile (linear interpolation at (k − 1)·q/100) and scaled so that their mean is the
/// temperature. In Double; the result is rounded to Float32.
///
/// Where that has no answer, this has: with no cluster of two members, or all distances zero, every
/// φ is the temperature; and a φ below 1/1000 of the temperature (clusters of identical points that
/// more than a tenth of all are) is raised to it, so that nothing is divided by zero.
///
/// Source: Li et al., "Prototypical contrastive learning of unsupervised representations", ICLR
/// 2021, and the authors' code for the clip and for small clusters.
public enum Concentration {
  /// φ of each cluster.
  ///
  /// Complexity: O(n + k log k).
  ///
  /// - Parameters:
  ///   - distances: of each point to its centroid, not squared.
  ///   - assignments: the cluster of each point, 0 ..< clusters.
  ///   - clusters: number of clusters, 1 or more.
  ///   - temperature: the mean of the result, above 0.
  /// - Returns: one number for each cluster, each above 0.
  /// - Throws: `ContrastiveError.parameter`, `.shape`, `.index`, and `.nonFinite` for a distance.
  public static func values(
    distances: [Double], assignments: [Int], clusters: Int, temperature: Float
  ) throws(ContrastiveError) -> [Float] {
    try requireParameter(
      clusters > 0 && MachineMemory.holds(clusters, times: 16), "clusters", clusters,
      "1 or more, which fit in memory")
    try requireParameter(
      temperature.isFinite && temperature > 0, "temperature", temperature, "above 0")
    try requireLabels(
      assignments, count: distances.count, each: "distance", named: "assignments")
    try requireIndices(assignments, below: clusters, named: "assignments")
    var sums = [Double](repeating: 0, count: clusters)
    var counts = [Int](repeating: 0, count: clusters)
    for (point, cluster) in assignments.enumerated() {
      guard distances[point].isFinite else {
        throw .nonFinite(
          argument: "distances", row: point, column: 0, found: "\(distances[point])")
      }
      sums[cluster] += distances[point]
      counts[cluster] += 1
    }
    return scaled(spreads(sums: sums, counts: counts), temperature: Double(temperature))
  }

  /// Σd / n / ln(n + 10), and the largest of them for clusters too small to have one.
  private static func spreads(sums: [Double], counts: [Int]) -> [Double] {
    var result = zip(sums, counts).map { sum, count in
      count > 1 ? sum / Double(count) / logarithm(Double(count) + 10) : 0
    }
    let largest = result.max() ?? 0
    for cluster in result.indices where counts[cluster] <= 1 { result[cluster] = largest }
    return result
  }

  private static func scaled(_ spreads: [Double], temperature: Double) -> [Float] {
    let sorted = spreads.sorted()
    let (low, high) = (sorted.percentile(0.1), sorted.percentile(0.9))
    let clipped = spreads.map { min(max($0, low), high) }
    let mean = clipped.reduce(0, +) / Double(clipped.count)
    guard mean > 0 else {
      return [Float](repeating: Float(temperature), count: spreads.count)
    }
    return clipped.map { Float(max($0 / mean, 1e-3) * temperature) }
  }
}

extension KMeansResult {
  /// φ of each cluster, from the distances of its points to its centroid.
  ///
  /// - Parameters:
  ///   - temperature: the mean of the result, above 0.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: one number for each cluster; see `Concentration`.
  /// - Throws: `ContrastiveError.parameter`.
  public func concentrations(
    temperature: Float, workers: Workers = .all
  ) throws(ContrastiveError) -> [Float] {
    try Concentration.values(
      distances: squaredDistances(workers: workers).map { $0.squareRoot() },
      assignments: assignments, clusters: centroids.rows, temperature: temperature)
  }
}
