import Contrastive
import _TestSupport

extension APIFuzzTests {
  static let clusters: [(String, Call)] = [
    (
      "KMeans",
      { draw in
        let points = try draw.matrix()
        let options = try KMeans(
          metric: draw.random.element(of: KMeans.Metric.allCases),
          seeding: draw.random.element(of: [.plusPlus, .randomPoints, .given(draw.matrix())]),
          iterations: draw.random.element(of: [0, 1, 5, -1]),
          restarts: draw.random.element(of: [1, 1, 2, 0]),
          boundsMemory: draw.random.element(of: [0, 1_000, 1 << 30, -1, .max]),
          zeroRows: draw.bool() ? .keep : .refuse)
        let result = try options.fit(points, clusters: draw.count(), workers: draw.workers)
        _ = try result.concentrations(temperature: Float(draw.number()), workers: draw.workers)
        _ = try options.refit(
          draw.bool() ? points : draw.matrix(), from: result, workers: draw.workers)
      }
    ),
    (
      "KMeans of several",
      { draw in
        _ = try KMeans().fit(
          draw.matrix(), clusters: [draw.count(), draw.count()], workers: draw.workers)
      }
    ),
    (
      "KMeans.memory",
      { _ = try KMeans().memory(clusters: $0.count(), rows: $0.count(), dimension: $0.count()) }
    ),
    (
      "HierarchicalKMeans",
      { draw in
        _ = try HierarchicalKMeans(
          draw.matrix(),
          clusters: draw.random.element(of: [[4, 2], [2, 2, 1], [1], [], [2, 3], [draw.count()]]),
          options: KMeans(metric: draw.bool() ? .spherical : .euclidean), workers: draw.workers)
      }
    ),
    (
      "PrototypeAssignment",
      { draw in
        _ = try PrototypeAssignment(
          draw.matrix(), to: draw.matrix(), metric: draw.bool() ? .spherical : .euclidean,
          workers: draw.workers)
      }
    ),
    (
      "Concentration",
      { draw in
        let count = draw.size()
        _ = try Concentration.values(
          distances: (0..<count).map { _ in draw.number() },
          assignments: draw.integers(count, below: 3),
          clusters: draw.random.element(of: [3, 3, 1, 0, -1]), temperature: Float(draw.number()))
      }
    ),
    (
      "Sinkhorn",
      { draw in
        let scores = try draw.matrix()
        _ = try Sinkhorn(
          epsilon: Float(draw.number()), iterations: draw.random.element(of: [0, 1, 3, -1])
        )
        .codes(scores, rows: draw.bool() ? nil : 0..<draw.size(), workers: draw.workers)
      }
    ),
    (
      "NegativeSelection",
      { draw in
        let centroids = try draw.matrix()
        let selection = try NegativeSelection(
          centroids: centroids,
          concentrations: (0..<(draw.bool() ? centroids.rows : draw.size())).map { _ in
            Float(draw.number())
          })
        let candidates = try draw.matrix(nil, draw.bool() ? centroids.columns : nil)
        let sums = try selection.logSums(of: candidates, workers: draw.workers)
        _ = try selection.mask(
          of: candidates, logSums: draw.bool() ? sums : [1],
          assignments: draw.integers(draw.size(), below: centroids.rows),
          seed: 1, workers: draw.workers)
      }
    ),
    (
      "PrototypeTargets",
      { draw in
        let centroids = try draw.matrix()
        _ = try PrototypeTargets(
          centroids: centroids,
          concentrations: (0..<centroids.rows).map { _ in Float(draw.number()) },
          assignments: draw.integers(draw.size(), below: centroids.rows),
          negatives: draw.integers(draw.size(), below: centroids.rows))
      }
    ),
  ]
}
