public import CContrastive
import Contrastive

/// Exact k-means.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_kmeans(
  _ points: UnsafePointer<contrastive_tensor>!, _ initial: UnsafePointer<contrastive_tensor>!,
  _ options: UnsafePointer<contrastive_kmeans_options>!,
  _ centroids: UnsafePointer<contrastive_tensor>!,
  _ assignments: UnsafePointer<contrastive_tensor>!,
  _ concentrations: UnsafePointer<contrastive_tensor>!,
  _ control: UnsafePointer<contrastive_control>!,
  _ info: UnsafeMutablePointer<contrastive_kmeans_info>!
) -> contrastive_status {
  attempt {
    let wanted = try required(options, named: "options").pointee
    guard wanted.clusters > 0 else {
      throw ContrastiveError.parameter(
        name: "clusters", found: "\(wanted.clusters)", expected: "1 or more")
    }
    let rows = try CallerTensor(required: points, name: "points").matrix
    let start = try CallerTensor(optional: initial, name: "initial")?.matrix
    let clusters = Int(wanted.clusters)
    let means = try CallerTensor(required: centroids, name: "centroids")
    try means.requireOutput(shape: [clusters, rows.columns], [.float32, .float64])
    let labels = try CallerTensor(optional: assignments, name: "assignments")
    try labels?.requireOutput(shape: [rows.rows], [.int64, .int32])
    let shares = try CallerTensor(optional: concentrations, name: "concentrations")
    try shares?.requireOutput(shape: [clusters], [.float32, .float64])
    guard wanted.zero_rows == 0 || wanted.spherical != 0 else {
      throw ContrastiveError.parameter(
        name: "zero_rows", found: "\(wanted.zero_rows)", expected: "0 without spherical")
    }
    let workers = try Workers(control)
    let rule = try KMeans(
      metric: wanted.spherical == 0 ? .euclidean : .spherical,
      seeding: start.map { .given($0) } ?? .plusPlus, iterations: Int(wanted.iterations),
      restarts: Int(wanted.restarts), seed: wanted.seed,
      zeroRows: wanted.zero_rows == 0 ? .refuse : .keep)
    let found = try rule.fit(rows, clusters: clusters, workers: workers)
    means.write(found.centroids)
    labels?.write(found.assignments)
    if let shares {
      let values = try found.concentrations(temperature: 0.2, workers: workers)
      values.withUnsafeBufferPointer { shares.write($0) }
    }
    (info as UnsafeMutablePointer<contrastive_kmeans_info>?)?.pointee = contrastive_kmeans_info(
      objective: found.objective, iterations: Int64(found.iterations),
      converged: found.isConverged ? 1 : 0, restart: Int32(clamping: found.restart))
  }
}

/// The nearest centroid of each point.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_assign(
  _ points: UnsafePointer<contrastive_tensor>!, _ centroids: UnsafePointer<contrastive_tensor>!,
  _ spherical: Int32, _ assignments: UnsafePointer<contrastive_tensor>!,
  _ squared_distances: UnsafePointer<contrastive_tensor>!,
  _ control: UnsafePointer<contrastive_control>!
) -> contrastive_status {
  attempt {
    let rows = try CallerTensor(required: points, name: "points").matrix
    let means = try CallerTensor(required: centroids, name: "centroids").matrix
    let labels = try CallerTensor(required: assignments, name: "assignments")
    try labels.requireOutput(shape: [rows.rows], [.int64, .int32])
    let distances = try CallerTensor(optional: squared_distances, name: "squared_distances")
    try distances?.requireOutput(shape: [rows.rows], [.float32, .float64])
    let workers = try Workers(control).unshared()
    let found: PrototypeAssignment
    do throws(ContrastiveError) {
      found = try PrototypeAssignment(
        rows, to: means, metric: spherical == 0 ? .euclidean : .spherical, workers: workers)
    } catch {
      throw error.naming(["prototypes": "centroids"])
    }
    labels.write(found.assignments)
    distances?.write(found.squaredDistances)
  }
}

/// Sinkhorn–Knopp codes.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_sinkhorn(
  _ scores: UnsafePointer<contrastive_tensor>!, _ epsilon: Float, _ iterations: Int64,
  _ codes: UnsafePointer<contrastive_tensor>!, _ control: UnsafePointer<contrastive_control>!
) -> contrastive_status {
  attempt {
    let rows = try CallerTensor(required: scores, name: "scores").matrix
    let target = try CallerTensor(required: codes, name: "codes")
    try target.requireOutput(shape: [rows.rows, rows.columns], [.float32, .float64])
    target.write(
      try Sinkhorn(epsilon: epsilon, iterations: Int(iterations)).codes(
        rows, workers: Workers(control).unshared()))
  }
}
