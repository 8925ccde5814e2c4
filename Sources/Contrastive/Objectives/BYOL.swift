/// BYOL: the online network's prediction from one view is the target network's projection of the
/// other.
///
/// With p the online predictions, z the target projections of two views and x̂ = x/‖x‖,
/// ```
/// loss = mean_i ‖p̂1_i − ẑ2_i‖² + mean_i ‖p̂2_i − ẑ1_i‖²    in [0, 8]
/// ```
/// which is 4 + 4 · `SimSiam`, computed from the differences: no digit is lost near 0. Grill et
/// al., "Bootstrap your own latent", NeurIPS 2020, eq. 2, both directions summed. Projections are
/// constants. Rows may have any length, so normalizing them first changes nothing.
public struct BYOL: PredictionObjective {
  /// What becomes of rows of zeros, which have no direction.
  package let zeroRows: ZeroRows

  /// A BYOL objective.
  ///
  /// - Parameter zeroRows: whether rows of zeros are refused, or stay zero: x̂ = 0, with a gradient
  ///   of zeros for both rows of the pair.
  public init(zeroRows: ZeroRows = .refuse) { self.zeroRows = zeroRows }

  /// The loss and its exact gradients, ∂loss/∂p1_i = −2 (ẑ2_i − cos_i · p̂1_i) / (N‖p1_i‖).
  ///
  /// Complexity: O(N · D), in Double. No scratch beyond a few numbers a row.
  ///
  /// - Parameters:
  ///   - predictions1: [N × D], the online network's for view 1.
  ///   - predictions2: [N × D], the online network's for view 2.
  ///   - projections1: [N × D], the target network's for view 1: the target of `predictions2`.
  ///   - projections2: [N × D], the target network's for view 2: the target of `predictions1`.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.zeroNorm` for a
  ///   row of zeros that is refused.
  public func evaluate(
    predictions1: Matrix, predictions2: Matrix, projections1: Matrix, projections2: Matrix,
    gradients: Set<PredictionVariable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<BYOL> {
    let pairs = try PredictionPairs(
      (predictions1, predictions2, projections1, projections2), gradients,
      scale: -2 / Double(max(1, predictions1.rows)), zeroRows: zeroRows, workers: workers)
    return pairs.evaluation(losses: pairs.rows(\.distances).map { 2 * $0 })
  }
}
