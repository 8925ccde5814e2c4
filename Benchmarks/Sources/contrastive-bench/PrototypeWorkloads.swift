import Contrastive

extension Workload {
  /// Ten iterations from given centroids beside the product of all points and centroids that plain
  /// iteration computes eleven times; or, after every point has moved a little, the one iteration
  /// from the last run that is as good as those ten.
  static func kMeans(_ name: Name, threads: Int) throws -> Workload {
    let (rows, clusters, dimension) = (20_000, 500, 128)
    let points = try clustered(rows, dimension, centres: 300, seed: 1)
    let moved = try nudged(points, by: 0.01, seed: 2)
    let workers = try Workers(count: threads)
    let options = try KMeans(
      clusters: clusters, seeding: .given(points.rows(0..<clusters)), iterations: 10)
    let product = Product(rows: rows, columns: clusters, depth: dimension, threads: threads)
    let last = try options.fit(points, workers: workers)
    let cold = try options.fit(moved, workers: workers).objective
    var warm = options
    warm.iterations = 1
    return Workload(
      name: name, shape: "\(rows)x\(clusters)x\(dimension)", threads: threads,
      operations: 11 * product.operations,
      sgemm: { for _ in 0..<11 { product.run() } },
      run: {
        let result =
          name == .kMeans
          ? try options.fit(points, workers: workers)
          : try warm.refit(moved, from: last, workers: workers)
        precondition(name == .kMeans || result.objective < cold * 1.001)
      })
  }

  /// Codes of a batch over 3,000 prototypes, beside the product that makes its scores.
  static func sinkhorn(threads: Int) throws -> Workload {
    let (rows, prototypes, dimension) = (4096, 3000, 128)
    var random = CounterRandom(seed: 5)
    let scores = try Matrix(
      rows: rows, columns: prototypes,
      values: (0..<(rows * prototypes)).map { _ in random.uniform(-1, 1) })
    let product = Product(rows: rows, columns: prototypes, depth: dimension, threads: threads)
    let sinkhorn = try Sinkhorn()
    let workers = try Workers(count: threads)
    return Workload(
      name: .sinkhorn, shape: "\(rows)x\(prototypes)", threads: threads,
      operations: product.operations, sgemm: product.run,
      run: {
        let codes = try sinkhorn.codes(scores, workers: workers)
        precondition(codes[0, 0].isFinite)
      })
  }

  /// Unit rows around unit centres.
  private static func clustered(
    _ rows: Int, _ dimension: Int, centres: Int, seed: UInt64
  ) throws -> Matrix {
    var random = CounterRandom(seed: seed)
    let middle = (0..<(centres * dimension)).map { _ in random.uniform(-1, 1) }
    let values = (0..<(rows * dimension)).map { position in
      let (row, column) = position.quotientAndRemainder(dividingBy: dimension)
      return middle[row % centres * dimension + column] + random.uniform(-1, 1)
    }
    return try Matrix(rows: rows, columns: dimension, values: values).normalized().rows
  }

  private static func nudged(_ matrix: Matrix, by size: Float, seed: UInt64) throws -> Matrix {
    var random = CounterRandom(seed: seed)
    let size = size / Float(matrix.columns).squareRoot()
    return try Matrix(
      rows: matrix.rows, columns: matrix.columns,
      values: matrix.values.map { $0 + random.uniform(-size, size) }
    ).normalized().rows
  }
}
