/// The cosine of each row of one matrix with the same row of another, whatever their lengths.
///
/// x̂ = x / max(‖x‖, 1e-12), everything in Double. The distance ½‖x̂ − ŷ‖² = 1 − cosine is computed
/// from the difference, which keeps its digits where the cosine is close to 1.
struct RowCosines: Sendable {
  /// ⟨x̂, ŷ⟩ of each row.
  let cosines: [Double]
  /// ½‖x̂ − ŷ‖² of each row.
  let distances: [Double]
  /// scale · ∂cosine/∂x, when a scale was given: (ŷ − cosine · x̂) / ‖x‖.
  let gradient: Matrix?

  /// Rows of a piece of work.
  private static let rowsPerPiece = 64

  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, `.zeroNorm`.
  init(
    of first: Operand, with second: Operand, gradientScale scale: Double?, workers: Workers
  ) throws(ContrastiveError) {
    let (x, y) = (first.matrix, second.matrix)
    let norms = try (Self.norms(of: first), Self.norms(of: second))
    let dimension = x.columns
    var gradient = scale.map { _ in Matrix(zeros: x.rows, by: dimension) }
    let found = SharedArray(repeating: (product: 0.0, square: 0.0), count: x.rows)
    let memory = found.memory
    x.withSharedMemory(and: y) { x, y in
      gradient.withMutableSharedMemory { gradient in
        workers.forEachRun(of: norms.0.count, size: Self.rowsPerPiece) { run in
          for row in run {
            let (a, b) = (x + row * dimension, y + row * dimension)
            let (length, other) = (norms.0[row], norms.1[row])
            var (product, square) = (0.0, 0.0)
            for d in 0..<dimension {
              let (u, v) = (Double(a[d]) / length, Double(b[d]) / other)
              product += u * v
              square += (u - v) * (u - v)
            }
            memory[row] = (product, square)
            guard let scale else { continue }
            // ŷ − cosine · x̂ = (ŷ − x̂) + (1 − cosine) · x̂. A clamped length is a constant.
            let along = length > Self.smallestNorm ? 0.5 * square : 1
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
  }

  private static let smallestNorm = 1e-12

  private static func norms(of operand: Operand) throws(ContrastiveError) -> [Double] {
    try operand.requireFinite()
    let norms = operand.matrix.rowDots(operand.matrix).map { $0.squareRoot() }
    if let row = norms.firstIndex(of: 0) { throw .zeroNorm(argument: operand.name, row: row) }
    return norms.map { max($0, smallestNorm) }
  }
}
