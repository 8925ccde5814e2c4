/// Rows that are compared by cosine: their unit rows in Float32 for products, and what decides in
/// Double.
///
/// ```
/// cosine(x, y) = ⟨x, y⟩ / √(⟨x, x⟩ · ⟨y, y⟩)
/// ```
/// with products and sums of the rows as they were given in Double: of equal rows it is exactly 1.
struct CosineRows: Sendable {
  /// The rows as they were given.
  let given: Matrix
  /// ⟨x, x⟩ of each row.
  let squares: [Double]
  /// The name to use in errors.
  let argument: String

  /// Looks at every row.
  ///
  /// Throws `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.zeroNorm`.
  init(_ given: Matrix, argument: String, workers: Workers) throws(ContrastiveError) {
    let operand = Operand(argument, given)
    try operand.requireRows()
    try requireShape(
      given.rows <= Int(Int32.max), argument, given.shape, "at most \(Int32.max) rows")
    let squares = given.rowDots(given, workers: workers)
    try workers.checkAnyCanceled()
    // The square of any finite row is finite in Double, and that of any other is not.
    if let row = squares.firstIndex(where: { !$0.isFinite }) {
      let values = given.row(row)
      let column = values.firstIndex { !$0.isFinite } ?? 0
      throw operand.fault(at: row * given.columns + column)
    }
    if let row = squares.firstIndex(of: 0) { throw .zeroNorm(argument: argument, row: row) }
    self.given = given
    self.squares = squares
    self.argument = argument
  }

  /// Number of rows.
  var count: Int { given.rows }

  /// The unit rows of a range, rounded to Float32.
  func unit(_ range: Range<Int>, workers: Workers) -> Operand {
    let factors = squares[range].map { 1 / $0.squareRoot() }
    return Operand(argument, given.rows(at: Array(range), times: factors, workers: workers))
  }

  /// How far the dot product of two unit rows, rounded to Float32, can be from their cosine.
  ///
  /// Rounding the elements of both is 2 · 2⁻²⁴ times Σ |x̂ ŷ| ≤ 1. A twentieth is added for what is
  /// of second order, and 2⁻¹⁰⁰ for numbers that underflow.
  static let rounding = 1.05 * 2 * 0x1p-24 + 0x1p-100

  /// How far their product in Float32 can be.
  ///
  /// That is what a product of unit rows is off by, of any kind.
  static func margin(dimension: Int) -> Double {
    rounding + 1.05 * MatrixProduct.rounding(dimension: dimension)
  }
}

/// The cosines of the rows of two sets, in Double, where workers read them.
struct CosinePairs: Sendable {
  private let rows: SharedReadOnlyMemory<Float>
  private let columns: SharedReadOnlyMemory<Float>
  private let rowSquares: SharedReadOnlyMemory<Double>
  private let columnSquares: SharedReadOnlyMemory<Double>
  private let dimension: Int

  /// Calls `body` with the cosines of two sets of the same dimension.
  static func with<Result, Failure: Error>(
    _ rows: CosineRows, _ columns: CosineRows, _ body: (CosinePairs) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try rows.given.withUnsafeBufferPointer { a throws(Failure) in
      try columns.given.withUnsafeBufferPointer { b throws(Failure) in
        try rows.squares.withUnsafeBufferPointer { rowSquares throws(Failure) in
          try columns.squares.withUnsafeBufferPointer { columnSquares throws(Failure) in
            try body(
              CosinePairs(
                rows: SharedReadOnlyMemory(a), columns: SharedReadOnlyMemory(b),
                rowSquares: SharedReadOnlyMemory(rowSquares),
                columnSquares: SharedReadOnlyMemory(columnSquares), dimension: rows.given.columns))
          }
        }
      }
    }
  }

  /// The cosine of a row and a column.
  func cosine(_ row: Int, _ column: Int) -> Double {
    dot(row, column) / norms(row, column)
  }

  /// The cosine of a row and a column where it is at least a threshold.
  func cosine(_ row: Int, _ column: Int, atLeast threshold: Double) -> Double? {
    let (dot, norms) = (dot(row, column), norms(row, column))
    return dot >= threshold * norms ? dot / norms : nil
  }

  private func dot(_ row: Int, _ column: Int) -> Double {
    RowKernels.best.dot(
      rows + row * dimension, columns + column * dimension, count: dimension)
  }

  /// ‖row‖ · ‖column‖, exactly ⟨x, x⟩ where both are x.
  private func norms(_ row: Int, _ column: Int) -> Double {
    (rowSquares[row] * columnSquares[column]).squareRoot()
  }
}
