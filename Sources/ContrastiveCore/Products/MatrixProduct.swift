import ContrastiveKernels

/// What multiplies matrices in Float32.
///
/// Both give the same product within rounding, and neither depends on the number of threads. Sums
/// are taken in another order, so the last bits of a loss or gradient depend on the choice, and on
/// nothing else; a training run records it.
public enum MatrixProduct: String, Sendable, CaseIterable, Codable {
  /// OpenBLAS's `sgemm`.
  case blas
  /// The package's own packed product.
  case packed

  /// What is used where nothing is said.
  ///
  /// The environment's `CONTRASTIVE_PRODUCT`, `blas` or `packed`; else what follows from the
  /// processor, never from a measurement, or two runs would differ. See
  /// `choice(vectors:isOptimized:)`.
  public static let automatic =
    setting.flatMap(MatrixProduct.init)
    ?? choice(
      vectors: PackedProduct.best.name, isOptimized: contrastive_kernels_are_optimized())

  /// What `CONTRASTIVE_PRODUCT` says, whether or not it is the name of a product.
  public static var setting: String? {
    contrastive_environment_value("CONTRASTIVE_PRODUCT").map { String(cString: $0) }
  }

  /// The product for a processor's vectors.
  ///
  /// The packed product wherever it has vector kernels: it was as fast as `sgemm` with the right
  /// core or faster on every kind of processor it was measured on, and is many times as fast where
  /// OpenBLAS does not know the processor and falls back to narrower vectors. So what core the BLAS
  /// took need not be asked. Elsewhere, and in a debug build, `sgemm`, whose assembler no such code
  /// reaches.
  ///
  /// - Parameters:
  ///   - vectors: the packed kernels of the processor: `portable`, `avx2` or `avx512`.
  ///   - isOptimized: whether they were compiled for speed.
  /// - Returns: the product.
  package static func choice(vectors: String, isOptimized: Bool) -> MatrixProduct {
    isOptimized && vectors != "portable" ? .packed : .blas
  }

  /// `C ← op(A) · op(B)`, or C + op(A) · op(B) where `adding`; row-major, on the calling thread.
  ///
  /// `op(A)` is rows × depth, `op(B)` depth × columns. Strides are the distances between stored
  /// rows. `BLAS.prepare()` must have been called.
  package func gemm(
    _ operationA: BLAS.Operation = .plain, _ operationB: BLAS.Operation = .plain,
    rows: Int, columns: Int, depth: Int,
    _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>, stride bStride: Int,
    adding: Bool = false, into c: UnsafeMutablePointer<Float>, stride cStride: Int
  ) {
    if self == .packed && depth > 0 && rows > 0 && columns > 0
      && PackedProduct.best.gemm(
        operationA, operationB, rows: rows, columns: columns, depth: depth, a, stride: aStride,
        b, stride: bStride, adding: adding, into: c, stride: cStride)
    {
      return
    }
    BLAS.gemm(
      operationA, operationB, rows: rows, columns: columns, depth: depth, a, stride: aStride,
      b, stride: bStride, beta: adding ? 1 : 0, into: c, stride: cStride)
  }
}
