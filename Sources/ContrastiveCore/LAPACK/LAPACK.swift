import CLAPACKE
import ContrastiveKernels

/// Decompositions of small matrices in Double, on the calling thread.
///
/// LAPACKE rests on the same OpenBLAS as the engine, which is held to one thread: equal input gives
/// equal bits on one machine.
package enum LAPACK {
  /// Eigenvalues of a symmetric [size × size] matrix, largest first, and their unit eigenvectors,
  /// one a row.
  ///
  /// The upper triangle is read. An eigenvector is determined up to its sign; here its component of
  /// largest magnitude (the first of several) is positive. Complexity: O(size³).
  package static func symmetricEigen(
    _ matrix: [Double], size: Int
  ) throws(ContrastiveError) -> (values: [Double], vectors: [Double]) {
    try BLAS.prepare()
    precondition(size > 0 && matrix.count == size * size)
    var vectors = matrix
    var values = [Double](repeating: 0, count: size)
    // Row-major upper is column-major lower.
    contrastive_enter_call()
    defer { contrastive_leave_call() }
    let code = LAPACKE_dsyevd(
      LAPACK_COL_MAJOR, Int8(UInt8(ascii: "V")), Int8(UInt8(ascii: "L")), Int32(size), &vectors,
      Int32(size), &values)
    try check(code, "dsyevd")
    var ordered = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      let source = (size - 1 - row) * size
      let own = vectors[source..<(source + size)]
      let largest = own.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
      for (column, value) in own.enumerated() {
        ordered[row * size + column] = largest < 0 ? -value : value
      }
    }
    return (values.reversed(), ordered)
  }

  /// The min(rows, columns) singular values of a matrix, largest first.
  ///
  /// Complexity: O(rows · columns · min(rows, columns)).
  package static func singularValues(
    of matrix: [Double], rows: Int, columns: Int
  ) throws(ContrastiveError) -> [Double] {
    try BLAS.prepare()
    precondition(rows > 0 && columns > 0 && matrix.count == rows * columns)
    var copy = matrix
    var values = [Double](repeating: 0, count: min(rows, columns))
    // The transposed matrix has the same singular values.
    contrastive_enter_call()
    defer { contrastive_leave_call() }
    let code = LAPACKE_dgesdd(
      LAPACK_COL_MAJOR, Int8(UInt8(ascii: "N")), Int32(columns), Int32(rows), &copy,
      Int32(columns), &values, nil, 1, nil, 1)
    try check(code, "dgesdd")
    return values
  }

  /// Puts the triangular factor R of A = Q · R, which has the singular values of A, in its place:
  /// [min(rows, columns) × columns], with zeros below its diagonal.
  ///
  /// Complexity: 2 · rows · columns² operations.
  package static func reduceToTriangle(
    _ matrix: inout [Double], columns: Int
  ) throws(ContrastiveError) {
    try BLAS.prepare()
    precondition(columns > 0 && matrix.count % columns == 0)
    let rows = matrix.count / columns
    guard rows > 0 else { return }
    let kept = min(rows, columns)
    var factors = [Double](repeating: 0, count: kept)
    // A row-major A is a column-major Aᵀ = L · Qᵀ with L = Rᵀ.
    contrastive_enter_call()
    defer { contrastive_leave_call() }
    let code = LAPACKE_dgelqf(
      LAPACK_COL_MAJOR, Int32(columns), Int32(rows), &matrix, Int32(columns), &factors)
    try check(code, "dgelqf")
    matrix.removeSubrange((kept * columns)...)
    for row in 1..<max(1, kept) {
      for column in 0..<row { matrix[row * columns + column] = 0 }
    }
  }

  /// The solutions of A · x = b for a positive definite A, [size × size], by its Cholesky factors;
  /// nil when A is not positive definite.
  ///
  /// The upper triangle is read. Right sides and solutions are rows. Complexity: size³/3 + 2 size²
  /// operations for each right side.
  package static func solvePositiveDefinite(
    _ matrix: [Double], size: Int, rightSides: [Double]
  ) throws(ContrastiveError) -> [Double]? {
    try BLAS.prepare()
    precondition(size > 0 && matrix.count == size * size && rightSides.count % size == 0)
    guard !rightSides.isEmpty else { return [] }
    var factor = matrix
    var solution = rightSides
    contrastive_enter_call()
    defer { contrastive_leave_call() }
    let code = LAPACKE_dposv(
      LAPACK_COL_MAJOR, Int8(UInt8(ascii: "L")), Int32(size), Int32(rightSides.count / size),
      &factor, Int32(size), &solution, Int32(size))
    if code > 0 { return nil }
    try check(code, "dposv")
    return solution
  }

  private static func check(_ code: Int32, _ routine: String) throws(ContrastiveError) {
    guard code != 0 else { return }
    throw .blas(
      configuration: "LAPACKE",
      problem: code > 0
        ? "\(routine) did not converge" : "\(routine) refused its argument \(-code)")
  }
}
