/// How far off the logits of students and their teachers can be in 16 bits, and what follows.
///
/// With u a student's logits and m their largest, t its teacher's softmax, r the target of all
/// columns together and o the exact logit of the student's own key, its loss is
/// ```
/// log( eᵒ + Σ_c exp(u_c) ) − (1 − r) · o − r · ( m − Σ_c t_c · (m − u_c) )
/// ```
/// and r = 1 without eᵒ where the own key is no column. p is its softmax, ν the share of p that the
/// columns have. The student's logits are off by at most β, the teacher's, whose similarities are
/// in Float32, by at most β', what a Float32 softmax loses included. Of what is computed, first r
/// becomes exact, then t, then u:
///
/// - r, off by at most ρ: the loss is linear in it, with slope o − m + Σ t · (m − u).
/// - t: each by a factor of e^−2β' … e^2β', so that Σ t · (m − u), whose terms are not negative,
///   changes by at most e^2β' − 1 times itself, and no further than u reaches.
/// - u: ∂loss/∂u_c = p_c − r · t_c, whose magnitudes sum to at most ν + r: by β · (ν + r).
///
/// The gradient for the query is Σ_c (p_c − r · t_c) · c + (r − ν) · own over rows · temperature.
/// Along the way ∂p_c = p_c · (h_c − Σ p · h), |h| ≤ β, h = 0 of the own key: magnitudes that sum
/// to at most β, and to 2νβ. Likewise t by β'; where r changes, its columns and the own key by ρ
/// each.
/// Codes add to p and r · t, by their shares ν and r, what `ShortRows.sumError` says,
/// and `sumUnderflow`.
struct SoftTargetErrors: Sendable {
  /// β of each student.
  let students: [Double]
  /// β' of its teacher.
  let teachers: [Double]
  /// How far a student's logits can be apart.
  private let spans: [Double]
  /// What Float32 sums lose of Σ t · (m − u), of itself.
  private let gapLoss: Double
  /// The largest element of a column.
  private let largest: Double
  private let sumError: Double
  private let sumUnderflow: Double

  /// What a loss makes of a student and its teacher.
  struct Row: Sendable {
    /// r, and ρ.
    var target = 1.0
    var targetError = 0.0
    /// |∂loss/∂r|.
    var targetSlope = 0.0
    /// ν at most.
    var push = 1.0
  }

  /// Of queries in 16 bits and keys in Float32; nil where nothing is encoded.
  init?(
    _ queries: Operand, _ keys: Operand, _ columns: Operand, temperature: Double,
    targetTemperature: Double
  ) {
    guard let own = queries.codes, let others = columns.codes else { return nil }
    let norm = others.norms.max() ?? 0
    let errors = own.errors(among: others)
    students = errors.map { $0 / temperature + ErrorBound.softmaxLoss }
    // D products summed in any order are off by little more than D · 2⁻²⁴ of ‖key‖ · ‖column‖;
    // twice that, for products of parts.
    let margin = 0x1p-23 * Double(keys.dimension + 16) * norm / targetTemperature
    teachers = keys.matrix.rowDots(keys.matrix).map {
      margin * $0.squareRoot() + ErrorBound.softmaxLoss
    }
    // A little more than twice, for what sums lose.
    spans = zip(own.norms, errors).map { 2.01 * ($0 * norm + $1) / temperature }
    // A factor is rounded where a teacher's maximum rises, at most once a tile.
    gapLoss = ErrorBound.softmaxLoss + 0x1p-24 * Double(pieces(columns.rows, 192) + 64)
    (largest, sumError) = (others.largest, others.sumError)
    sumUnderflow = others.sumUnderflow
  }

  /// The bound of the mean loss of all rows, and of the gradient for the queries.
  ///
  /// - Parameters:
  ///   - gaps: Σ t · (m − u) of each row.
  ///   - scale: 1 / (rows · temperature).
  ///   - ownLargest: the largest element of an own key, where these have coefficients.
  ///   - rows: what the loss makes of each.
  /// - Returns: the bound.
  func bound(gaps: [Double], scale: Double, ownLargest: Double = 0, _ rows: [Row]) -> ErrorBound {
    let size = max(largest, ownLargest)
    var (loss, gradient) = (0.0, 0.0)
    for (place, row) in rows.enumerated() {
      let (student, teacher) = (students[place], teachers[place])
      let most = row.target + row.targetError
      let factor = exponential(min(2 * teacher + gapLoss, 700))
      // Exponentials below 2⁻⁹² are not counted, of no more than 2²⁷ columns.
      let gap = min(gaps[place] * (factor - 1) + 0x1p-65 * factor * spans[place], spans[place])
      loss +=
        row.targetError * row.targetSlope + most * gap + student * (row.push + most)
      let coefficients =
        min(1, 2 * row.push) * student + most * teacher + 2 * row.targetError
      let rounding = (row.push + most) * (sumError + 0x1p-20 * size)
      gradient = max(gradient, scale * (coefficients * size + rounding))
    }
    return ErrorBound(
      loss: loss / Double(max(1, rows.count)), anchors: gradient + (1 + scale) * sumUnderflow)
  }
}
