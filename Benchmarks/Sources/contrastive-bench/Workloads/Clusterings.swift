import Contrastive
import ContrastiveFiles

extension Workload {
  /// k-means of real features: from given centroids, and from the last run after the features have
  /// moved a little.
  static let clusterings: [Workload] =
    [250, 1_000, 2_000].map(kMeans) + [250, 1_000, 2_000].map(warmKMeans)

  private static let (images, dimension, iterations) = (60_000, 128, 10)

  /// Ten iterations; the operations are those of the plain algorithm, eleven products.
  private static func kMeans(clusters: Int) -> Workload {
    Workload(
      name: "kmeans", size: "\(images)x\(clusters)x\(dimension)",
      operations: 2 * 11 * Double(images) * Double(clusters * dimension),
      inputs: { try points(clusters) },
      prepare: { inputs, workers in
        let points = try inputs.matrix("points")
        let options = try KMeans(
          seeding: .given(try inputs.matrix("centroids")), iterations: iterations)
        return {
          Outcome(value: try options.fit(points, clusters: clusters, workers: workers).objective)
        }
      })
  }

  /// Two iterations from the last run's end.
  private static func warmKMeans(clusters: Int) -> Workload {
    Workload(
      name: "kmeans-warm", size: "\(images)x\(clusters)x\(dimension)",
      operations: 2 * 3 * Double(images) * Double(clusters * dimension),
      inputs: {
        var tensors = try points(clusters)
        tensors["moved"] = try moved(try imageFeatures(images), by: 0.01, seed: 2)
        return tensors
      },
      prepare: { inputs, workers in
        let (points, moved) = (try inputs.matrix("points"), try inputs.matrix("moved"))
        let cold = try KMeans(
          seeding: .given(try inputs.matrix("centroids")), iterations: iterations)
        let warm = try KMeans(iterations: 2)
        return {
          let clock = ContinuousClock()
          let start = clock.now
          let last = try cold.fit(points, clusters: clusters, workers: workers)
          let restoring = clock.now - start
          // Handed over: of a result that is kept `refit` would copy the bounds.
          let result = try warm.refit(moved, from: consume last, workers: workers)
          return Outcome(value: result.objective, restoring: restoring)
        }
      })
  }

  private static func points(_ clusters: Int) throws -> [String: Tensor] {
    let features = try imageFeatures(images)
    let first = try features.matrix(argument: "points").rows(at: 0..<clusters)
    return ["points": features, "centroids": Tensor(first)]
  }
}
