/// Signs that embeddings have collapsed: to a point, to a few directions, or in single features.
///
/// ```
/// spread      = √D · mean over features of the deviation of unit rows x̂
///               1 when even on the sphere, 0 at a point
/// mean cosine = mean over i ≠ j of ⟨x̂_i, x̂_j⟩
/// ```
/// The spread is the check of SimSiam (Chen and He, CVPR 2021, § 4.1); dimensional collapse, a
/// small effective rank, is that of Jing et al., "Understanding dimensional collapse in contrastive
/// self-supervised learning", ICLR 2022.
public struct Collapse: Sendable, Equatable {
  /// √D · mean deviation of the features of unit rows.
  public let spread: Double
  /// Mean cosine similarity of two different rows; 0 for a single row.
  public let meanCosine: Double
  /// Features that have one value in all rows.
  package let constantFeatures: Int
  /// Effective rank of the rows as they are; see `Spectrum`.
  package let effectiveRank: Double
  /// D.
  package let dimension: Int

  /// Examines embeddings.
  ///
  /// Complexity: that of `Spectrum` and O(rows · D).
  ///
  /// - Parameters:
  ///   - embeddings: [N × D].
  ///   - spectrum: their singular values, if they are known already.
  ///   - zeroRows: what becomes of rows of zeros; kept, x̂ is 0.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.tooLarge`, `.zeroNorm`,
  ///   `.blas`.
  public init(
    of embeddings: Matrix, spectrum: Spectrum? = nil, zeroRows: ZeroRows = .refuse,
    workers: Workers = .all
  ) throws(ContrastiveError) {
    try Operand("embeddings", embeddings).requireRows()
    dimension = embeddings.columns
    if let spectrum {
      effectiveRank = spectrum.effectiveRank
    } else {
      effectiveRank = try Spectrum(of: embeddings, workers: workers).effectiveRank
    }
    let normalized = try embeddings.normalized(zeroRows: zeroRows)
    let unit = try Standardization(of: normalized.rows, workers: workers)
    let deviations = unit.deviation.reduce(0, +) / Double(dimension)
    spread = Double(dimension).squareRoot() * deviations
    let n = Double(embeddings.rows)
    // Of m rows that are not zero: ‖Σ x̂‖² = m + Σ_{i≠j} cos.
    let directed = Double(normalized.norms.count { $0 > 0 })
    let sum = unit.mean.reduce(0) { $0 + $1 * $1 } * n * n
    meanCosine = n > 1 ? (sum - directed) / (n * (n - 1)) : 0
    constantFeatures = try Standardization(of: embeddings, workers: workers).deviation.count {
      $0 == 0
    }
  }

  /// Spread below which rows are all but one point.
  private static let minSpread = 0.05
  /// Share of the dimension below which the effective rank is a warning.
  private static let minRankShare = 0.05

  /// What is wrong, in words; empty when nothing is.
  public var warnings: [String] {
    var found: [String] = []
    if spread < Self.minSpread {
      found.append(
        "collapse: all embeddings point one way (spread \(rounded(spread)), mean cosine "
          + "\(rounded(meanCosine)))")
    }
    if dimension > 1, effectiveRank < max(1.5, Self.minRankShare * Double(dimension)) {
      found.append(
        "dimensional collapse: effective rank \(rounded(effectiveRank)) of \(dimension) dimensions")
    }
    if constantFeatures > 0 {
      found.append("\(constantFeatures) of \(dimension) features never change")
    }
    return found
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
