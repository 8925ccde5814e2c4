import CBLAS
import ContrastiveKernels

extension BLAS {
  /// `C ← op(A) · op(B) + beta · C` in Double, row-major, on the calling thread.
  ///
  /// As the product in Float32; strides are the rows' own lengths. `prepare()` must have been
  /// called.
  package static func gemm(
    _ operationA: Operation = .plain, _ operationB: Operation = .plain,
    rows: Int, columns: Int, depth: Int, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    beta: Double = 0, into c: UnsafeMutablePointer<Double>
  ) {
    guard rows > 0, columns > 0 else { return }
    guard depth > 0 else {
      for position in 0..<(rows * columns) { c[position] = beta == 0 ? 0 : beta * c[position] }
      return
    }
    contrastive_enter_call()
    defer { contrastive_leave_call() }
    cblas_dgemm(
      CblasRowMajor, operationA.cblas, operationB.cblas, Int32(rows), Int32(columns), Int32(depth),
      1, a, Int32(operationA == .plain ? depth : rows), b,
      Int32(operationB == .plain ? columns : depth), beta, c, Int32(columns))
  }

  /// Adds Aᵀ · A of some rows to the upper triangle of `sum`, [columns × columns].
  package static func addGram(
    _ rows: UnsafePointer<Double>, count: Int, columns: Int,
    to sum: UnsafeMutablePointer<Double>
  ) {
    guard count > 0, columns > 0 else { return }
    contrastive_enter_call()
    defer { contrastive_leave_call() }
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasTrans, Int32(columns), Int32(count), 1, rows,
      Int32(columns), 1, sum, Int32(columns))
  }
}
