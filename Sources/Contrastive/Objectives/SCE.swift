/// SCE, similarity contrastive estimation: a query must find its own key and keep the key's
/// relations.
///
/// With columns c — own key, then the bank; without a bank all keys, the own among them — and
/// u_ic = ⟨query_i, column_c⟩ / temperature, v_ic = ⟨key_i, column_c⟩ / targetTemperature,
/// ```
/// w_ic = λ · [c = own] + (1 − λ) · softmax_c(v_i)      own column left out, or at logit 0
/// loss = −mean_i Σ_c w_ic · log softmax(u_i)_c
/// ```
/// Denize et al., "Similarity Contrastive Estimation for Self-Supervised Soft Contrastive
/// Learning", WACV 2023, eq. 6–8. The paper leaves the own column out of the targets; the authors'
/// code gives it logit 0 (`OwnColumn.zero`). λ = 1 is InfoNCE. Targets are constants.
///
/// Computed as λ' · log(1 + eᵃ) + (1 − λ') · ( log(1 + e⁻ᵃ) + H ), with a the negatives'
/// log-sum-exp below the own logit, H the cross-entropy over the negatives and λ' the own column's
/// target: no term is negative, nothing cancels.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct SCE: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries, temperature
  }

  /// What becomes of the own column in the targets' softmax.
  public enum OwnColumn: String, CaseIterable, Sendable {
    /// It is left out: the paper's definition.
    case exclude
    /// It takes part with logit 0: the authors' code.
    case zero
  }

  /// Gradients for the queries.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the queries' similarities.
  public let temperature: Double
  /// Divides the keys' similarities.
  public let targetTemperature: Double
  /// Target of the own column; the rest follows the key's similarities.
  public let lambda: Double
  /// What becomes of the own column in the targets' softmax.
  public let ownColumn: OwnColumn

  /// An SCE objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6.
  ///   - targetTemperature: 1e-6 … 1e6.
  ///   - lambda: 0 … 1.
  ///   - ownColumn: what becomes of the own column in the targets' softmax.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.1, targetTemperature: Double = 0.05, lambda: Double = 0.5,
    ownColumn: OwnColumn = .exclude
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try requireTemperature(targetTemperature, named: "target-temperature")
    guard 0...1 ~= lambda else {
      throw .parameter(name: "lambda", found: "\(lambda)", expected: "a number from 0 to 1")
    }
    self.temperature = temperature
    self.targetTemperature = targetTemperature
    self.lambda = lambda
    self.ownColumn = ownColumn
  }

  /// The loss and its exact gradients.
  ///
  /// Complexity: with N queries, M columns and dimension D, 4·N·M·D floating-point operations for
  /// the loss and the gradient for the temperature, 8·N·M·D with the gradient for the queries.
  /// Scratch: `scratchBytes`.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [M × D]; without it the other columns are the other keys.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, also for a single key without a bank when the own
  ///   column is left out, `.empty`, `.bankNotFilled` for a bank without rows, `.nonFinite`,
  ///   `.tooLarge`.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: Matrix? = nil,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let queries = Operand("queries", queries)
    let keys = Operand("keys", keys)
    try queries.requireRows()
    try keys.requireShape(of: queries)
    let columns = bank.map { Operand("bank", $0) } ?? keys
    guard columns.matrix.rows > 0 else { throw .bankNotFilled(argument: columns.name) }
    try columns.requireDimension(of: queries)
    guard bank != nil || ownColumn == .zero || keys.matrix.rows > 1 else {
      throw .shape(
        argument: keys.name, found: keys.matrix.shape,
        expected: "at least two rows, without a bank and with the own column excluded")
    }
    let pass = try StudentsAndTeachers(
      queries: queries, keys: keys, columns: columns, temperature: temperature,
      targetTemperature: targetTemperature, excluding: bank == nil ? [.diagonal] : [],
      accumulating: gradients.contains(.queries), workers: workers)
    let margins = OwnMargins(
      queries.matrix, keys.matrix, against: pass.blocks, temperature: temperature)
    // Target of all columns but the own.
    let rest = pass.teacherLogSum.map {
      (1 - lambda) * (ownColumn == .exclude ? 1 : logistic($0))
    }
    let count = Double(queries.matrix.rows)
    var loss = 0.0
    for row in rest.indices where rest[row] > 0 || margins.loss[row] > 0 {
      let entropy = pass.logSum[row] + pass.targetGap[row] / temperature
      loss += (1 - rest[row]) * margins.loss[row]
      if rest[row] > 0 { loss += rest[row] * (softplus(-margins.margin[row]) + entropy) }
    }

    var result: [Variable: Matrix] = [:]
    if gradients.contains(.queries) {
      let scale = 1 / (count * temperature)
      var gradient = pass.difference(
        of: columns.matrix, pull: { scale * margins.pull[$0] }, target: { scale * rest[$0] })
      gradient?.addRows(of: keys.matrix) { Float(scale * (rest[$0] - margins.pull[$0])) }
      result[.queries] = gradient
    }
    return Evaluation(
      loss: loss / count, gradients: result,
      temperatureGradient: gradients.contains(.temperature)
        ? margins.temperatureGradient
          + targetSlope(pass, rest, margins, queries, keys, columns) / count : nil)
  }

  /// What the targets of the other columns add to ∂(loss of all rows)/∂temperature.
  ///
  /// Where a column and the own one are near-copies the slope is a difference of their
  /// similarities, of which the sweep's last digit is left: columns that hold much of the mass are
  /// looked at in Double.
  private func targetSlope(
    _ pass: StudentsAndTeachers, _ rest: [Double], _ margins: OwnMargins, _ queries: Operand,
    _ keys: Operand, _ columns: Operand
  ) -> Double {
    let own = queries.matrix.rowDots(keys.matrix)
    let gaps = rest.indices.reduce(0) { sum, row in
      guard rest[row] > 0 else { return sum }
      let ownGap = margins.negatives[row].maximum - own[row]
      return sum + rest[row] * (ownGap - pass.targetGap[row])
    }
    let exact = queries.matrix.rows(at: pass.apart.map(\.row)).rowDots(
      columns.matrix.rows(at: pass.apart.map(\.column)))
    let rounding = zip(pass.apart, exact).reduce(0) { sum, pair in
      let (column, exact) = pair
      guard let similarity = column.similarity else { return sum }
      let share = rest[column.row] * column.teacher - margins.pull[column.row] * column.student
      return sum + share * (exact - similarity)
    }
    return (gaps + rounding) / (temperature * temperature)
  }

  /// Bytes of scratch an evaluation holds at most.
  ///
  /// That is beyond its inputs, its gradient and a few numbers a row: the queries and keys once
  /// more and the accumulated rows of both, 16·N·D bytes, and what `InfoNCE.scratchBytes` states
  /// for 2N queries in the first direction.
  ///
  /// - Parameters:
  ///   - queries: N.
  ///   - columns: the bank's rows, or N without a bank.
  ///   - dimension: D.
  ///   - workers: the threads.
  /// - Returns: the bytes.
  public static func scratchBytes(
    queries: Int, columns: Int, dimension: Int, workers: Workers = .all
  ) -> Int {
    StudentsAndTeachers.scratchBytes(
      queries: queries, columns: columns, dimension: dimension, workers: workers)
  }
}
