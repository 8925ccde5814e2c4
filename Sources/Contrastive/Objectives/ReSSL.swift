/// ReSSL, relational self-supervised learning: a query must relate to the bank as its key does.
///
/// ```
/// t_i  = softmax_c( ⟨key_i, bank_c⟩ / targetTemperature )
/// loss = −mean_i Σ_c t_ic · log softmax_c( ⟨query_i, bank_c⟩ / temperature )
/// ```
/// Zheng et al., "ReSSL: Relational Self-Supervised Learning with Weak Augmentation", NeurIPS 2021,
/// eq. 4–6. The own key is no column; targets are constants; the targets' entropy stays in the
/// value.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct ReSSL: BankObjective {
  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let targetTemperature: Double

  /// A ReSSL objective.
  ///
  /// - Parameters:
  ///   - temperature: of the queries, 1e-6 … 1e6.
  ///   - targetTemperature: of the keys, whose similarities are targets, 1e-6 … 1e6.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.1, targetTemperature: Double = 0.04
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try requireTemperature(targetTemperature, named: "target-temperature")
    self.temperature = temperature
    self.targetTemperature = targetTemperature
  }

  /// The loss and its exact gradient; 0 for a bank of one row.
  ///
  /// Complexity: with N queries, M bank rows and dimension D, 4·N·M·D floating-point operations for
  /// the loss, 8·N·M·D with the gradient. Columns may be excluded, not weighted.
  public func evaluate(
    _ inputs: Inputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<ReSSL> {
    let problem = try BankProblem(inputs.queries, inputs.keys, inputs.bank)
    let columns = problem.bank.operand
    let pass = try StudentsAndTeachers(
      queries: problem.queries, keys: problem.keys, columns: columns, temperature: temperature,
      targetTemperature: targetTemperature,
      excluding: problem.bank.exclusions(in: "ReSSL", of: problem.queries),
      summing: !gradients.isEmpty, workers: workers)
    try pass.requireColumns()
    let losses = zip(pass.logSum, pass.targetGap).map { $0 + $1 / temperature }
    let scale = 1 / (Double(problem.queries.rows) * temperature)
    let gradient = pass.difference(of: columns, pull: { _ in scale }, target: { _ in scale })
    var evaluation = Evaluation<Self>(
      loss: losses.mean, losses: losses, gradients: gradient.map { [.queries: $0] } ?? [:],
      details: NegativeCounts())
    let gaps = pass.targetGap.map { $0 / temperature }
    evaluation.take(
      pass.errors?.bound(gaps: gaps, scale: scale, gaps.map { _ in SoftTargetErrors.Row() }),
      anchors: [.queries])
    return evaluation
  }

  /// The queries and keys side by side, their sums, a tile for each worker, and sums of runs of
  /// tiles.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    shape.softTargetBytes(workers: workers)
  }
}
