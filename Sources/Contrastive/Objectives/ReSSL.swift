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
public struct ReSSL: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries
  }

  /// Gradients for the queries.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the queries' similarities.
  public let temperature: Double
  /// Divides the keys' similarities.
  public let targetTemperature: Double

  /// A ReSSL objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6.
  ///   - targetTemperature: 1e-6 … 1e6.
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
  /// the loss, 8·N·M·D with the gradient. Scratch: `scratchBytes`.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is another view of query i's image.
  ///   - bank: [M × D].
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled` for a bank without rows,
  ///   `.nonFinite`, `.tooLarge`.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: Matrix,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let queries = Operand("queries", queries)
    let keys = Operand("keys", keys)
    let columns = Operand("bank", bank)
    try queries.requireRows()
    try keys.requireShape(of: queries)
    guard bank.rows > 0 else { throw .bankNotFilled(argument: columns.name) }
    try columns.requireDimension(of: queries)
    let pass = try StudentsAndTeachers(
      queries: queries, keys: keys, columns: columns, temperature: temperature,
      targetTemperature: targetTemperature, excluding: [],
      accumulating: gradients.contains(.queries), workers: workers)
    let count = Double(queries.matrix.rows)
    let loss = zip(pass.logSum, pass.targetGap).reduce(0) { $0 + $1.0 + $1.1 / temperature }
    let scale = 1 / (count * temperature)
    var result: [Variable: Matrix] = [:]
    result[.queries] = pass.difference(of: bank, pull: { _ in scale }, target: { _ in scale })
    return Evaluation(loss: loss / count, gradients: result)
  }

  /// Bytes of scratch an evaluation holds at most; as `SCE.scratchBytes`.
  ///
  /// - Parameters:
  ///   - queries: N.
  ///   - columns: the bank's rows.
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
