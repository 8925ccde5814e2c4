import ContrastiveKernels

/// A packed Float32 product for an instruction set.
///
/// An element of the result is the same sum, in order of depth, in runs of 256, wherever it stands
/// and whatever the shape of the call.
package struct PackedProduct: @unchecked Sendable {  // a constant table of C functions
  private let table: UnsafePointer<ContrastiveFloatProduct>

  /// By fused multiplications and additions, of the processor's widest vectors.
  package static let fused = available[0]

  /// By bfloat16 parts, of the processor's AMX where it has such.
  package static let split = availableSplit[0]

  /// Every fused one this processor has, the portable one last.
  package static let available = (["avx512", "avx2", "portable"] as [String]).compactMap { name in
    contrastive_float_product_named(name).map(PackedProduct.init(table:))
  }

  /// Those by parts, the portable one last; they give the same bits.
  package static let availableSplit = (["amx", "portable"] as [String]).compactMap { name in
    contrastive_split_product_named(name).map(PackedProduct.init(table:))
  }

  /// `portable`, `avx2`, `avx512` or `amx`.
  package var name: String { String(cString: table.pointee.name) }

  /// Whether it is done by vector instructions, or those of matrices.
  package var isVectorized: Bool { name != "portable" }

  /// As `MatrixProduct.gemm`, of sizes that are not 0.
  package func gemm(
    _ operationA: BLAS.Operation, _ operationB: BLAS.Operation, rows: Int, columns: Int,
    depth: Int, _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>,
    stride bStride: Int, adding: Bool, into c: UnsafeMutablePointer<Float>, stride cStride: Int
  ) {
    let (rowStep, leftStep) = operationA == .plain ? (aStride, 1) : (1, aStride)
    let (rightStep, columnStep) = operationB == .plain ? (bStride, 1) : (1, bStride)
    let isDone = contrastive_float_gemm(
      table, rows, columns, depth, a, rowStep, leftStep, b, rightStep, columnStep, c, cStride,
      adding ? 1 : 0)
    precondition(isDone != 0, "no memory for packed columns")
  }
}
