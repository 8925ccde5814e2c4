import ContrastiveKernels

/// What multiplies matrices in Float32.
///
/// All give the same product within rounding, and none depends on the number of threads. Sums are
/// taken in another order, so the last bits of a loss or gradient depend on the choice, and on
/// nothing else; a training run records it. Where nothing is said it is the environment's
/// `CONTRASTIVE_PRODUCT`, a case's name; else what follows from the processor, never from a
/// measurement, or two runs would differ.
public enum MatrixProduct: String, Sendable, CaseIterable, Codable {
  /// OpenBLAS's `sgemm`.
  case blas
  /// The package's own packed product, by fused multiplications and additions.
  case packed
  /// The package's own by parts of bfloat16, which AMX multiplies.
  ///
  /// x = x₀ + x₁ + x₂ exactly, each of 8 bits; of x · y the six products xᵢ · yⱼ with i + j ≤ 2 are
  /// summed in Float32, and the others are below 2⁻²³ of it. Errors were half of those of
  /// `packed`. Without AMX it is computed otherwise, to the same bits, and is very slow. Passes
  /// over few rows, whose blocks have fewer than 128 rows or columns, use `packed`: both operands
  /// of a product are split first, which takes longer than what it saves there.
  case bf16x6

  /// What is used where nothing is said; see `choice(vectors:hasAMX:isOptimized:)`.
  package static let automatic =
    setting.flatMap(MatrixProduct.init)
    ?? choice(
      vectors: PackedProduct.fused.name, hasAMX: PackedProduct.split.isVectorized,
      isOptimized: contrastive_kernels_are_optimized())

  /// What `CONTRASTIVE_PRODUCT` says, whether or not it is the name of a product.
  package static var setting: String? {
    contrastive_environment_value("CONTRASTIVE_PRODUCT").map { String(cString: $0) }
  }

  /// Those that this processor has instructions for.
  package static let accelerated = allCases.filter {
    $0 != .bf16x6 || PackedProduct.split.isVectorized
  }

  /// The product for a processor.
  ///
  /// By parts where there is AMX: it was up to 1.6 times as fast as the packed one, and more exact.
  /// Else the packed product wherever it has vector kernels: it was as fast as `sgemm` with the
  /// right core or faster on every kind of processor it was measured on, and is many times as fast
  /// where OpenBLAS does not know the processor and falls back to narrower vectors. So what core
  /// the BLAS took need not be asked. Elsewhere, and in a debug build, `sgemm`, whose assembler no
  /// such code reaches.
  ///
  /// - Parameters:
  ///   - vectors: the packed kernels of the processor: `portable`, `avx2` or `avx512`.
  ///   - hasAMX: whether it has instructions for the product by parts.
  ///   - isOptimized: whether the kernels were compiled for speed.
  /// - Returns: the product.
  package static func choice(
    vectors: String, hasAMX: Bool, isOptimized: Bool
  ) -> MatrixProduct {
    guard isOptimized else { return .blas }
    return hasAMX ? .bf16x6 : vectors == "portable" ? .blas : .packed
  }

  /// The one for the tiles of a pass, or another that is faster for small ones.
  ///
  /// A pass asks for its largest tile, so that all of them are multiplied alike.
  package func forTiles(rows: Int, columns: Int) -> MatrixProduct {
    self == .bf16x6 && min(rows, columns) < 128 ? .packed : self
  }

  /// What a similarity of Float32 rows can be off by, whatever the order of the sum, as a share of
  /// ‖x‖ · ‖y‖: (D + 16) · 2⁻²⁴ and what its own rounding adds (see `DistanceRounding`).
  package static func rounding(dimension: Int) -> Double { Double(dimension + 16) * 0x1.04p-24 }

  /// The kernels of a product of the package's own.
  private var kernels: PackedProduct? {
    switch self {
    case .blas: nil
    case .packed: .fused
    case .bf16x6: .split
    }
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
    if let kernels, depth > 0, rows > 0, columns > 0 {
      return kernels.gemm(
        operationA, operationB, rows: rows, columns: columns, depth: depth, a, stride: aStride,
        b, stride: bStride, adding: adding, into: c, stride: cStride)
    }
    BLAS.gemm(
      operationA, operationB, rows: rows, columns: columns, depth: depth, a, stride: aStride,
      b, stride: bStride, beta: adding ? 1 : 0, into: c, stride: cStride)
  }
}
