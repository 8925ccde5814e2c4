/// SimSiam: the prediction made from one view points where the other view was projected.
///
/// With p the predictions and z the projections of two views,
/// ```
/// loss = −½ ( mean_i cos(p1_i, z2_i) + mean_i cos(p2_i, z1_i) )    in [−1, 1]
/// ```
/// Chen and He, "Exploring Simple Siamese Representation Learning", CVPR 2021, eqs. 1–4.
/// Projections are constants (stop-gradient). Rows may have any length: the cosine divides by it,
/// so normalizing them first changes nothing.
public struct SimSiam: PredictionObjective {
  /// What becomes of rows of zeros, which have no direction.
  package let zeroRows: ZeroRows

  /// A SimSiam objective.
  ///
  /// - Parameter zeroRows: whether rows of zeros are refused, or stay zero: x̂ = 0, with a gradient
  ///   of zeros for both rows of the pair.
  public init(zeroRows: ZeroRows = .refuse) { self.zeroRows = zeroRows }

  /// The loss and its exact gradients, ∂loss/∂p1_i = −(ẑ2_i − cos_i · p̂1_i) / (2N‖p1_i‖).
  ///
  /// Complexity: O(N · D), in Double. No scratch beyond a few numbers a row.
  ///
  /// - Parameters:
  ///   - predictions1: [N × D], from view 1.
  ///   - predictions2: [N × D], from view 2.
  ///   - projections1: [N × D], of view 1: the target of `predictions2`.
  ///   - projections2: [N × D], of view 2: the target of `predictions1`.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.zeroNorm` for a
  ///   row of zeros that is refused.
  public func evaluate(
    predictions1: Matrix, predictions2: Matrix, projections1: Matrix, projections2: Matrix,
    gradients: Set<PredictionVariable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<SimSiam> {
    let pairs = try PredictionPairs(
      (predictions1, predictions2, projections1, projections2), gradients,
      scale: -0.5 / Double(max(1, predictions1.rows)), zeroRows: zeroRows, workers: workers)
    return pairs.evaluation(losses: pairs.rows(\.cosines).map { -0.5 * $0 })
  }
}
