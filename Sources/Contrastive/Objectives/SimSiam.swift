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
  public func evaluate(
    _ inputs: Inputs, gradients: Set<PredictionVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SimSiam> {
    let pairs = try PredictionPairs(
      inputs, gradients, scale: -0.5 / Double(max(1, inputs.predictions1.rows)),
      zeroRows: zeroRows, workers: workers)
    return pairs.evaluation(losses: pairs.rows(\.cosines).map { -0.5 * $0 })
  }
}
