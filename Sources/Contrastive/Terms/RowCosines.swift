/// The cosine of each row of one matrix with the same row of another, whatever their lengths.
///
/// x̂ = x / ‖x‖, however short the row, and 0 for a row of zeros that is kept; everything in
/// Double. The distance ½‖x̂ − ŷ‖² = 1 − cosine is computed from the difference, which keeps its
/// digits where the cosine is close to 1.
struct RowCosines: Sendable {
  /// ⟨x̂, ŷ⟩ of each row.
  let cosines: [Double]
  /// ½‖x̂ − ŷ‖² of each row.
  let distances: [Double]
  /// scale · ∂cosine/∂x, when a scale was given: (ŷ − cosine · x̂) / ‖x‖.
  let gradient: Matrix?

  /// Rows of a piece of work.
  private static let rowsPerPiece = 64

  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, also for a gradient beyond Float32,
  ///   which only rows of norms below 1e-30 can have, `.zeroNorm`.
  init(
    of first: Operand, with second: Operand, zeroRows: ZeroRows, gradientScale scale: Double?,
    workers: Workers
  ) throws(ContrastiveError) {
    let (x, y) = (first.matrix, second.matrix)
    let norms = try (Self.norms(of: first, zeroRows), Self.norms(of: second, zeroRows))
    let dimension = x.columns
    var gradient = scale.map { _ in Matrix(zeros: x.rows, by: dimension) }
    let found = SharedArray(repeating: (product: 0.0, square: 0.0), count: x.rows)
    let memory = found.memory
    x.withSharedMemory(and: y) { x, y in
      gradient.withMutableSharedMemory { gradient in
        workers.forEachRun(of: norms.0.count, size: Self.rowsPerPiece) { run in
          for row in run {
            let (a, b) = (x + row * dimension, y + row * dimension)
            let isZero = norms.0[row] == 0 || norms.1[row] == 0
            let length = norms.0[row] == 0 ? 1 : norms.0[row]
            let other = norms.1[row] == 0 ? 1 : norms.1[row]
            var (product, square) = (0.0, 0.0)
            for d in 0..<dimension {
              let (u, v) = (Double(a[d]) / length, Double(b[d]) / other)
              product += u * v
              square += (u - v) * (u - v)
            }
            memory[row] = (product, square)
            // Of zeros there is no direction that changes.
            guard let scale, !isZero else { continue }
            // ŷ − cosine · x̂ = (ŷ − x̂) + (1 − cosine) · x̂.
            let along = 0.5 * square
            let into = gradient + row * dimension
            for d in 0..<dimension {
              let (u, v) = (Double(a[d]) / length, Double(b[d]) / other)
              into[d] = Float(scale * ((v - u) + along * u) / length)
            }
          }
        }
      }
    }
    cosines = found.elements.map(\.product)
    distances = found.elements.map { 0.5 * $0.square }
    self.gradient = gradient
    guard let gradient else { return }
    for row in norms.0.indices where norms.0[row] > 0 && norms.0[row] < 1e-30 {
      let values = gradient.row(row)
      guard let column = values.firstIndex(where: { !$0.isFinite }) else { continue }
      throw .tooLarge(
        argument: "gradient", row: row, column: column, found: "\(values[column])",
        limit: "Float32 holds over \(norms.0[row]), the norm of the row of \(first.name)")
    }
  }

  private static func norms(
    of operand: Operand, _ zeroRows: ZeroRows
  ) throws(ContrastiveError) -> [Double] {
    try operand.requireNumbers()
    let norms = operand.matrix.rowDots(operand.matrix).map { $0.squareRoot() }
    if zeroRows == .refuse, let row = norms.firstIndex(of: 0) {
      throw .zeroNorm(argument: operand.name, row: row)
    }
    return norms
  }
}
