/// The singular values of embeddings, and how many dimensions they use.
///
/// With p_k = σ_k / Σ σ,
/// ```
/// effective rank = exp(−Σ p_k log p_k)                    0 log 0 = 0
/// RankMe         = exp(−Σ q_k log q_k),  q_k = p_k + 1e-7
/// numerical rank = number of σ above max(N, D) · 2⁻²³ · σ_1
/// ```
/// The 1e-7 is in RankMe's definition: it keeps the noise of Float32 out of the logarithm.
/// Embeddings are taken as they are, neither centered nor normalized.
///
/// Sources: Roy and Vetterli, "The effective rank: a measure of effective dimensionality", EUSIPCO
/// 2007; Garrido et al., "RankMe: assessing the downstream performance of pretrained
/// self-supervised representations by their rank", ICML 2023, eq. 1.
public struct Spectrum: Sendable, Equatable {
  /// Singular values, largest first: min(N, D) of them.
  public let singularValues: [Double]
  private let rows: Int
  private let columns: Int

  /// The ε of RankMe.
  private static let rankMeEpsilon = 1e-7

  /// The singular values of a matrix.
  ///
  /// Rows are folded piece by piece into a triangle of the same singular values (QR in Double), so
  /// small ones keep their digits, unlike those of XᵀX. Complexity: about 3 · N · D² operations.
  /// Scratch: 8 · D · (D + 1,024) bytes for each worker.
  ///
  /// - Parameters:
  ///   - embeddings: [N × D].
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.tooLarge`, `.blas`,
  ///   `.canceled`.
  public init(of embeddings: Matrix, workers: Workers = .all) throws(ContrastiveError) {
    let operand = Operand("embeddings", embeddings)
    try operand.requireRows()
    try operand.requireNumbers()
    let columns = embeddings.columns
    // A piece must be worth its triangle.
    let size = max(Matrix.rowsPerPiece, 4 * columns)
    let count = pieces(embeddings.rows, size)
    var triangle: [Double] = []
    for first in stride(from: 0, to: count, by: workers.count) {
      try workers.checkCanceled()
      let wave = min(workers.count, count - first)
      let found = workers.map(wave) { index -> Result<[Double], ContrastiveError> in
        let start = (first + index) * size
        let rows = start..<min(start + size, embeddings.rows)
        return Result { () throws(ContrastiveError) in
          var block = embeddings.withUnsafeBufferPointer {
            $0[(rows.lowerBound * columns)..<(rows.upperBound * columns)].map(Double.init)
          }
          try LAPACK.reduceToTriangle(&block, columns: columns)
          return block
        }
      }
      for piece in found {
        triangle += try piece.get()
        try LAPACK.reduceToTriangle(&triangle, columns: columns)
      }
    }
    singularValues = try LAPACK.singularValues(
      of: triangle, rows: triangle.count / columns, columns: columns)
    rows = embeddings.rows
    self.columns = columns
  }

  /// Number of singular values that are more than the rounding of Float32.
  public var rank: Int {
    let floor = Double(max(rows, columns)) * 0x1p-23 * (singularValues.first ?? 0)
    return singularValues.count { $0 > floor }
  }

  /// exp of the entropy of the singular values; 0 for a matrix of zeros.
  public var effectiveRank: Double { entropyRank(adding: 0) }

  /// As the effective rank, with 1e-7 added to each share; 0 for a matrix of zeros.
  public var rankMe: Double { entropyRank(adding: Self.rankMeEpsilon) }

  private func entropyRank(adding epsilon: Double) -> Double {
    let total = singularValues.reduce(0, +)
    guard total > 0 else { return 0 }
    let entropy = singularValues.reduce(0) { sum, value in
      let share = value / total + epsilon
      return share > 0 ? sum - share * logarithm(share) : sum
    }
    return exponential(entropy)
  }
}
