import ContrastiveKernels

/// The vectorised loops of nearest-centroid search, for the instruction set of this processor.
package struct ClusterKernels: @unchecked Sendable {  // a constant table of C functions
  private let table: UnsafePointer<ContrastiveClusterKernels>

  /// The fastest this processor has.
  package static let best = ClusterKernels(table: contrastive_cluster_kernels())

  /// Every instruction set this processor has, the portable one last.
  package static var available: [ClusterKernels] {
    (["avx512", "avx2", "portable"] as [String]).compactMap { name in
      contrastive_cluster_kernels_named(name).map(ClusterKernels.init(table:))
    }
  }

  /// `portable`, `avx2` or `avx512`.
  package var name: String { String(cString: table.pointee.name) }

  /// Σ (a − b)² in Double.
  package func squaredDistance(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int
  ) -> Double { table.pointee.squared_distance(a, b, count) }

  /// Turns dot products into `own + norms − 2 · dots`; returns the smallest.
  package func squaredDistances(
    _ dots: UnsafeMutablePointer<Float>, norms: UnsafePointer<Float>, count: Int, own: Float
  ) -> Float { table.pointee.squared_distances(dots, norms, count, own) }

  /// Appends `firstIndex` + position of each value up to `threshold`; returns how many.
  package func filterBelow(
    _ values: UnsafePointer<Float>, count: Int, threshold: Float, firstIndex: Int,
    into indices: UnsafeMutablePointer<UInt32>
  ) -> Int { table.pointee.filter_below(values, count, threshold, UInt32(firstIndex), indices) }

  /// Lower bounds in units; see `quantized_bounds` in the header.
  package func quantizedBounds(
    _ squared: UnsafePointer<Float>, count: Int, slack: Float, inverseUnit: Float,
    paths: UnsafePointer<UInt16>, ownPath: UInt16, into bounds: UnsafeMutablePointer<UInt16>
  ) { table.pointee.quantized_bounds(squared, count, slack, inverseUnit, paths, ownPath, bounds) }

  /// Number of positions where `bounds < paths + own`; no sum may exceed 65,535.
  package func countUnbounded(
    _ bounds: UnsafePointer<UInt16>, paths: UnsafePointer<UInt16>, count: Int, own: UInt16
  ) -> Int { table.pointee.count_unbounded(bounds, paths, count, own) }

  /// Those positions; returns how many.
  package func filterUnbounded(
    _ bounds: UnsafePointer<UInt16>, paths: UnsafePointer<UInt16>, count: Int, own: UInt16,
    into indices: UnsafeMutablePointer<UInt32>
  ) -> Int { table.pointee.filter_unbounded(bounds, paths, count, own, indices) }

  /// The dot products of a vector with chosen rows.
  package func gatheredDots(
    _ vector: UnsafePointer<Float>, rows: UnsafePointer<Float>, dimension: Int,
    indices: UnsafePointer<UInt32>, count: Int, into dots: UnsafeMutablePointer<Float>
  ) { table.pointee.gathered_dots(vector, rows, dimension, indices, count, dimension, dots) }

  /// The dot products of chosen rows with one chosen column each.
  package func pairedDots(
    rows: UnsafePointer<Float>, _ rowIndices: UnsafePointer<UInt32>,
    columns: UnsafePointer<Float>, _ columnIndices: UnsafePointer<UInt32>, count: Int,
    dimension: Int, into dots: UnsafeMutablePointer<Float>
  ) {
    table.pointee.paired_dots(
      rows, rowIndices, columns, columnIndices, count, dimension, dots)
  }

  /// Adds `round(values · scale)` to whole-number sums.
  package func addFixedPoint(
    _ values: UnsafePointer<Float>, count: Int, scale: Double,
    to sums: UnsafeMutablePointer<Int64>
  ) { table.pointee.add_fixed_point(values, count, scale, sums) }

  /// log Σ exp(scores · inverse − shifts) of a row.
  package func logSumExp(
    _ scores: UnsafePointer<Float>, count: Int, inverse: Double, shifts: UnsafePointer<Double>
  ) -> Double { table.pointee.log_sum_exp_row(scores, count, inverse, shifts) }

  /// Raises each column's maximum to a row's `scores · inverse − shift`.
  package func raiseMaxima(
    _ scores: UnsafePointer<Float>, count: Int, inverse: Double, shift: Double,
    maxima: UnsafeMutablePointer<Double>
  ) { table.pointee.raise_maxima(scores, count, inverse, shift, maxima) }

  /// Adds a row's `exp(scores · inverse − shift − maxima)` to each column's sum.
  package func addExponentials(
    _ scores: UnsafePointer<Float>, count: Int, inverse: Double, shift: Double,
    maxima: UnsafePointer<Double>, to sums: UnsafeMutablePointer<Double>
  ) { table.pointee.add_exponentials(scores, count, inverse, shift, maxima, sums) }

  /// `exp(scores · inverse − shifts − shift)` of a row.
  package func exponentials(
    _ scores: UnsafePointer<Float>, count: Int, inverse: Double, shifts: UnsafePointer<Double>,
    shift: Double, into result: UnsafeMutablePointer<Float>
  ) { table.pointee.exponentials(scores, count, inverse, shifts, shift, result) }
}
