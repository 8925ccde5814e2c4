import ContrastiveKernels

/// The vectorized loops of Sinkhorn codes, for the instruction set of this processor.
package struct SinkhornKernels: @unchecked Sendable {  // a constant table of C functions
  private let table: UnsafePointer<ContrastiveSinkhornKernels>

  /// The fastest this processor has.
  package static let best = available[0]

  /// Those of every instruction set this processor has, the portable one last.
  package static let available = (["avx512", "avx2", "portable"] as [String]).compactMap { name in
    contrastive_sinkhorn_kernels_named(name).map(SinkhornKernels.init(table:))
  }

  /// `portable`, `avx2` or `avx512`.
  package var name: String { String(cString: table.pointee.name) }

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

  /// The softmax of `scores · inverse − shifts` of a row, and the logarithm of its sum.
  package func softmax(
    _ scores: UnsafePointer<Float>, count: Int, inverse: Double, shifts: UnsafePointer<Double>,
    into result: UnsafeMutablePointer<Float>
  ) -> Double { table.pointee.softmax_row(scores, count, inverse, shifts, result) }

  /// Σ values · factors, in Double.
  package func weightedSum(
    _ values: UnsafePointer<Float>, factors: UnsafePointer<Double>, count: Int
  ) -> Double { table.pointee.weighted_sum(values, factors, count) }

  /// Adds factor × some values to sums.
  package func addScaled(
    _ values: UnsafePointer<Float>, count: Int, factor: Double,
    to sums: UnsafeMutablePointer<Double>
  ) { table.pointee.add_scaled(values, count, factor, sums) }

  /// values · factors · factor, the products in Double.
  package func scale(
    _ values: UnsafePointer<Float>, by factors: UnsafePointer<Double>, and factor: Double,
    count: Int, into result: UnsafeMutablePointer<Float>
  ) { table.pointee.scale_values(values, factors, factor, count, result) }
}
