/// The arrays that a search for nearest centroids reads, as shared memory.
struct SearchMemory: Sendable {
  /// [n × D].
  let points: SharedReadOnlyMemory<Float>
  /// [k × D].
  let centroids: SharedReadOnlyMemory<Float>
  /// ‖x‖².
  let rowNorms: SharedReadOnlyMemory<Float>
  /// ‖c‖².
  let columnNorms: SharedReadOnlyMemory<Float>
  let rounding: DistanceRounding
  let dimension: Int
  let product: MatrixProduct
  private let kernels = ClusterKernels.best

  var clusters: Int { columnNorms.count }

  func slack(_ row: Int) -> Float { rounding.slack(norm: rowNorms.base[row]) }

  /// Σ (x − c)² in Double: what decides.
  func squaredDistance(_ row: Int, _ column: Int) -> Double {
    kernels.squaredDistance(
      points.base + row * dimension, centroids.base + column * dimension, count: dimension)
  }
}
