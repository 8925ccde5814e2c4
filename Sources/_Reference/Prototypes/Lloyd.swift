/// The squared distance.
public func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += (a[index] - b[index]) * (a[index] - b[index]) }
  return sum
}

/// The nearest centroid of each point, the lowest on a tie.
public func referenceAssignments(points: Rows, centroids: Rows) -> [Int] {
  points.map { point in
    var best = 0
    for cluster in centroids.indices
    where squaredDistance(point, centroids[cluster]) < squaredDistance(point, centroids[best]) {
      best = cluster
    }
    return best
  }
}

/// The mean of each cluster's members; with `onSphere`, divided by its norm.
public func referenceMeans(
  points: Rows, assignments: [Int], clusters: Int, onSphere: Bool = false
) -> Rows {
  (0..<clusters).map { cluster in
    var sum = [Double](repeating: 0, count: points[0].count)
    var count = 0.0
    for (point, own) in zip(points, assignments) where own == cluster {
      for column in sum.indices { sum[column] += point[column] }
      count += 1
    }
    let factor = onSphere ? dot(sum, sum).squareRoot() : count
    return sum.map { $0 / factor }
  }
}

/// Σ ‖x − c(a(x))‖².
public func referenceObjective(points: Rows, centroids: Rows, assignments: [Int]) -> Double {
  var sum = 0.0
  for (point, own) in zip(points, assignments) { sum += squaredDistance(point, centroids[own]) }
  return sum
}

/// Lloyd's iteration from given centroids: what there is after each, the first assignment first.
public func referenceLloyd(
  points: Rows, centroids: Rows, iterations: Int, onSphere: Bool = false
) -> [(centroids: Rows, assignments: [Int])] {
  var centroids = centroids
  var assignments = referenceAssignments(points: points, centroids: centroids)
  var history = [(centroids: centroids, assignments: assignments)]
  for _ in 0..<iterations {
    centroids = referenceMeans(
      points: points, assignments: assignments, clusters: centroids.count, onSphere: onSphere)
    assignments = referenceAssignments(points: points, centroids: centroids)
    history.append((centroids, assignments))
  }
  return history
}
