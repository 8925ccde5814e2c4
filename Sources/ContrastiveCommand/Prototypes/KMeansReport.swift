import Contrastive

/// What `contrastive kmeans` prints.
struct KMeansReport: Report {
  let rows: Int
  let dimension: Int
  let metric: String
  let clusterings: [Entry]

  /// One clustering.
  struct Entry: Encodable {
    let k: Int
    let iterations: Int
    let converged: Bool
    /// Σ ‖x − c‖² over the members clustered: on upper levels, the centroids below.
    let objective: Double
    let computedShare: Double
    let strategy: String
    /// Groups of centroids with a bound of their own.
    let groups: Int
    let restart: Int
    let seconds: Double
    let seed: UInt64
    let memory: Int

    enum CodingKeys: String, CodingKey {
      case k, iterations, converged, objective, strategy, groups, restart, seconds, seed
      case memory = "memory_bytes"
      case computedShare = "computed_share"
    }

    init(_ clustering: Clustering) {
      k = clustering.result.centroids.rows
      iterations = clustering.result.iterations
      converged = clustering.result.isConverged
      objective = clustering.result.objective
      computedShare = clustering.result.computedShare
      strategy = clustering.result.strategy.rawValue
      groups = clustering.result.groups
      restart = clustering.result.restart
      seconds = clustering.seconds
      seed = clustering.seed
      memory = clustering.memory
    }
  }

  var lines: [String] {
    clusterings.map { entry in
      "k \(entry.k): objective \(short(entry.objective)) after \(entry.iterations) iterations"
        + (entry.converged ? " (converged)" : "")
        + ", \(percent(entry.computedShare)) of the distances computed with \(entry.strategy)"
        + (entry.groups > 0 ? " in \(entry.groups) groups" : "")
        + ", \(fixed(entry.seconds, 2)) s, seed \(entry.seed)"
    }
  }
}
