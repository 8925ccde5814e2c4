/// SCE, similarity contrastive estimation: a query must find its own key and keep the key's
/// relations.
///
/// With columns c — own key, then the bank; without a bank all keys, the own among them — and
/// u_ic = ⟨query_i, column_c⟩ / temperature, v_ic = ⟨key_i, column_c⟩ / targetTemperature,
/// ```
/// w_ic = λ · [c = own] + (1 − λ) · softmax_c(v_i)      positive excluded, or at logit 0
/// loss = −mean_i Σ_c w_ic · log softmax(u_i)_c
/// ```
/// Denize et al., "Similarity Contrastive Estimation for Self-Supervised Soft Contrastive
/// Learning", WACV 2023, eq. 6–8. The paper excludes the positive from the targets; the authors'
/// code gives it logit 0 (`PositiveInTargets.zero`). λ = 1 is InfoNCE. Targets are constants.
///
/// Computed as λ' · log(1 + eᵃ) + (1 − λ') · ( log(1 + e⁻ᵃ) + H ), with a the negatives'
/// log-sum-exp below the positive's logit, H the cross-entropy over the negatives and λ' the
/// positive's target: no term is negative, nothing cancels.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct SCE: BankOrBatchObjective {
  /// What becomes of the positive in the targets' softmax.
  ///
  /// It is excluded in the paper's definition, and has logit 0 in the authors' code.
  public typealias PositiveInTargets = HCSC.Unselected

  /// The loss can be differentiated by the queries.
  public typealias Variable = QueryVariable

  /// The temperature can be learned.
  public typealias Scalar = TemperatureScalar

  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let targetTemperature: Double
  package let lambda: Double
  package let positiveInTargets: PositiveInTargets

  /// An SCE objective.
  ///
  /// - Parameters:
  ///   - temperature: of the queries, 1e-6 … 1e6.
  ///   - targetTemperature: of the keys, whose similarities are targets, 1e-6 … 1e6.
  ///   - lambda: target of the positive, 0 … 1.
  ///   - positiveInTargets: what becomes of the positive in the targets' softmax.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.1, targetTemperature: Double = 0.05, lambda: Double = 0.5,
    positiveInTargets: PositiveInTargets = .exclude
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try requireTemperature(targetTemperature, named: "target-temperature")
    try requireParameter(0...1 ~= lambda, "lambda", lambda, "a number from 0 to 1")
    self.temperature = temperature
    self.targetTemperature = targetTemperature
    self.lambda = lambda
    self.positiveInTargets = positiveInTargets
  }

  /// The loss and its exact gradients; a single key without a bank needs the positive in its
  /// targets.
  ///
  /// Complexity: with N queries, M columns and dimension D, 4·N·M·D floating-point operations for
  /// the loss and the gradient for the temperature, 8·N·M·D with the gradient for the queries.
  /// Columns may be excluded, not weighted.
  public func evaluate(
    _ inputs: Inputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SCE> {
    let (queries, keys, bank) = inputs
    let problem = try BankProblem(queries, keys, bank ?? keys)
    try requireShape(
      bank != nil || positiveInTargets == .zero || keys.rows > 1, "keys", keys.shape,
      "at least two rows, without a bank and with the positive excluded")
    let columns = bank == nil ? problem.keys : problem.bank.operand
    let pass = try StudentsAndTeachers(
      queries: problem.queries, keys: problem.keys, columns: columns, temperature: temperature,
      targetTemperature: targetTemperature,
      excluding: bank == nil
        ? [.diagonal] : problem.bank.exclusions(in: "SCE", of: problem.queries),
      summing: !gradients.isEmpty, workers: workers)
    if positiveInTargets == .exclude { try pass.requireColumns() }
    let own = queries.rowDots(keys)
    let margins = Margins(
      own.map { Margins.Positives($0, temperature: temperature) },
      against: Denominators(
        pass.blocks.logSums(temperature: temperature), temperature: temperature))
    // Target of all columns but the positive.
    let rest = pass.teacherLogSum.map {
      (1 - lambda) * (positiveInTargets == .exclude ? 1 : logistic($0))
    }
    let losses = rest.indices.map { row -> Double in
      guard rest[row] > 0 || margins.loss[row] > 0 else { return 0 }
      let loss = (1 - rest[row]) * margins.loss[row]
      guard rest[row] > 0 else { return loss }
      let entropy = pass.logSum[row] + pass.targetGap[row] / temperature
      return loss + rest[row] * (softplus(-margins.margin[row]) + entropy)
    }
    let count = Double(queries.rows)
    let scale = 1 / (count * temperature)
    var gradient = pass.difference(
      of: columns, pull: { scale * margins.push[$0] }, target: { scale * rest[$0] })
    gradient?.addRows(of: keys) { Float(scale * (rest[$0] - margins.push[$0])) }
    let slope =
      margins.temperatureGradient
      + targetSlope(pass, rest, margins, own, problem.queries, columns) / count
    var evaluation = Evaluation<Self>(
      loss: losses.mean, losses: losses, gradients: gradient.map { [.queries: $0] } ?? [:],
      scalars: [.temperature: slope], details: NegativeCounts())
    evaluation.take(errorBound(pass, rest, margins, own, keys), anchors: [.queries])
    return evaluation
  }

  /// What is certified of loss and gradient; nil in Float32.
  private func errorBound(
    _ pass: StudentsAndTeachers, _ rest: [Double], _ margins: Margins, _ own: [Double],
    _ keys: Matrix
  ) -> ErrorBound? {
    guard let errors = pass.errors else { return nil }
    let tops = pass.blocks.flatMap(\.maximum)
    let rows = rest.indices.map { row in
      var found = SoftTargetErrors.Row(target: rest[row])
      found.push = logistic(margins.margin[row] + errors.students[row])
      guard positiveInTargets == .zero, rest[row] > 0 else { return found }
      let (logSum, error) = (pass.teacherLogSum[row], errors.teachers[row])
      found.targetError =
        (1 - lambda)
        * max(
          logistic(logSum + error) - logistic(logSum), logistic(logSum) - logistic(logSum - error))
      found.targetSlope = abs(own[row] - Double(tops[row]) + pass.targetGap[row]) / temperature
      return found
    }
    return errors.bound(
      gaps: pass.targetGap.map { $0 / temperature },
      scale: 1 / (Double(rest.count) * temperature), ownLargest: keys.largestMagnitude, rows)
  }

  /// What the targets of the other columns add to ∂(loss of all rows)/∂temperature.
  ///
  /// Where a column and the positive are near-copies it is a difference of their similarities, of
  /// which the pass's last digit is left: columns that hold much of the mass are looked at in
  /// Double.
  private func targetSlope(
    _ pass: StudentsAndTeachers, _ rest: [Double], _ margins: Margins, _ own: [Double],
    _ queries: Operand, _ columns: Operand
  ) -> Double {
    let tops = pass.blocks.flatMap(\.maximum)
    let gaps = rest.indices.reduce(0) { sum, row in
      guard rest[row] > 0 else { return sum }
      return sum + rest[row] * (Double(tops[row]) - own[row] - pass.targetGap[row])
    }
    let exact = queries.matrix.rows(at: pass.apart.map(\.row)).rowDots(
      columns.rows(at: pass.apart.map(\.column)))
    let rounding = zip(pass.apart, exact).reduce(0) { sum, pair in
      let (column, exact) = pair
      guard let similarity = column.similarity else { return sum }
      let share = rest[column.row] * column.teacher - margins.push[column.row] * column.student
      return sum + share * (exact - similarity)
    }
    return (gaps + rounding) / (temperature * temperature)
  }

  /// The queries and keys side by side, their sums, a tile for each worker, and sums of runs of
  /// tiles.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    shape.softTargetBytes(workers: workers)
  }
}
