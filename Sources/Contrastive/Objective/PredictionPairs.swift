/// Predictions and projections of two views.
public typealias PredictionInputs = (
  predictions1: Matrix, predictions2: Matrix, projections1: Matrix, projections2: Matrix
)

/// The predictions of two views; projections are constants.
public enum PredictionVariable: String, CaseIterable, Sendable {
  /// The predictions made from a view.
  case predictions1, predictions2
}

/// An objective of predictions that are to meet the projections of the other view.
public protocol PredictionObjective: Objective
where Inputs == PredictionInputs, Variable == PredictionVariable {}

extension PredictionObjective {
  /// The loss and its exact gradients.
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
  ///   row of zeros, which has no direction.
  public func evaluate(
    predictions1: Matrix, predictions2: Matrix, projections1: Matrix, projections2: Matrix,
    gradients: Set<PredictionVariable> = [.predictions1, .predictions2], workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Self> {
    try evaluate(
      (predictions1, predictions2, projections1, projections2), gradients: gradients,
      workers: workers)
  }

  /// None.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int { 0 }
}

/// Two predictions, each with the projection of the other view as its target.
struct PredictionPairs: Sendable {
  /// predictions1 with projections2.
  private let first: RowCosines
  /// predictions2 with projections1.
  private let second: RowCosines

  /// Both pairs; `scale` times ∂(row's cosine)/∂prediction where gradients are wanted.
  init(
    _ inputs: PredictionInputs, _ wanted: Set<PredictionVariable>, scale: Double,
    zeroRows: ZeroRows, workers: Workers
  ) throws(ContrastiveError) {
    let first = Operand("predictions1", inputs.predictions1)
    try first.requireRows()
    let second = Operand("predictions2", inputs.predictions2)
    let targets = (
      Operand("projections1", inputs.projections1), Operand("projections2", inputs.projections2)
    )
    for other in [second, targets.0, targets.1] { try other.requireShape(of: first) }
    self.first = try RowCosines(
      of: first, with: targets.1, zeroRows: zeroRows,
      gradientScale: wanted.contains(.predictions1) ? scale : nil, workers: workers)
    self.second = try RowCosines(
      of: second, with: targets.0, zeroRows: zeroRows,
      gradientScale: wanted.contains(.predictions2) ? scale : nil, workers: workers)
  }

  /// A number of each pair of rows, summed over both directions.
  func rows(_ values: (RowCosines) -> [Double]) -> [Double] {
    zip(values(first), values(second)).map(+)
  }

  /// The mean of the losses with the gradients.
  func evaluation<Objective: PredictionObjective>(
    losses: [Double]
  ) -> Evaluation<Objective> where Objective.Details == NegativeCounts {
    var gradients: [PredictionVariable: Matrix] = [:]
    gradients[.predictions1] = first.gradient
    gradients[.predictions2] = second.gradient
    return Evaluation(
      loss: losses.mean, losses: losses, gradients: gradients, details: NegativeCounts())
  }
}
