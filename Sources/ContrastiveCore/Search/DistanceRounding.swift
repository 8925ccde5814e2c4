/// How far a squared distance computed in Float32 as ‖x‖² + ‖c‖² − 2·x·c can be from the truth.
///
/// ```
/// |d²(computed) − d²| ≤ (D + 16) · 2⁻²⁴ · (‖x‖² + ‖c‖²)
/// ```
/// A dot product of D terms, summed in any order, is within D·2⁻²⁴·‖x‖·‖c‖ (1 + O(2⁻²⁴)), and
/// 2·‖x‖·‖c‖ ≤ ‖x‖² + ‖c‖²; the 16 covers the norms' own rounding and the three operations. Source:
/// Higham, "Accuracy and Stability of Numerical Algorithms", 3.1.
package struct DistanceRounding: Sendable {
  private let relative: Float
  private let largestNorm: Float

  /// `largestNorm` is the largest ‖c‖².
  package init(dimension: Int, largestNorm: Float) {
    relative = Float(dimension + 16) * 0x1.02p-24
    self.largestNorm = largestNorm
  }

  /// The bound for a row of squared norm ‖x‖², with any column.
  package func slack(norm: Float) -> Float {
    // The constant stands above what underflow in the products can lose.
    relative * (norm + largestNorm) + 0x1p-120
  }
}
