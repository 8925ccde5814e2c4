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
  public func evaluate(
    _ inputs: Inputs, gradients: Set<PredictionVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<BYOL> {
    let pairs = try PredictionPairs(
      inputs, gradients, scale: -2 / Double(max(1, inputs.predictions1.rows)),
      zeroRows: zeroRows, workers: workers)
    return pairs.evaluation(losses: pairs.rows(\.distances).map { 2 * $0 })
  }
}
