/// Instance discrimination: a query must find its own row among the rows of a memory bank.
///
/// With u_ij = ⟨query_i, bank_j⟩ / temperature and y_i the query's own row, two forms. Softmax over
/// the whole bank:
/// ```
/// loss = mean_i  log( 1 + Σ_{j ≠ y_i} exp(u_ij − u_i,y_i) )
/// ```
/// Noise-contrastive, with K noise rows for each query, n bank rows, c = K/n, c' = c + epsilon and
/// the partition function Z:
/// ```
/// p_ij = exp(u_ij) / Z
/// loss = mean_i { log(1 + c'/p_i,y_i) + Σ_{j noise} log((p_ij + c')/c) }
/// ```
/// Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", CVPR
/// 2018, eq. 2 and 4–7; epsilon, and Z from the columns at hand, are the authors' code's. Bank and
/// Z are constants.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct InstDisc: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries
  }

  /// Gradients for the queries.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the similarities.
  public let temperature: Double
  /// Z of the noise-contrastive form; without it n · the mean of exp(u) over a call's columns.
  public let partition: Double?
  /// Added to the noise's probability in the noise-contrastive form.
  public let epsilon: Double
  /// Which bank rows are negatives of the softmax form, and how they count.
  public let negatives: Negatives

  /// An instance-discrimination objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6.
  ///   - partition: above 0.
  ///   - epsilon: 0 or more.
  ///   - negatives: which bank rows are negatives; not with noise.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.07, partition: Double? = nil, epsilon: Double = 1e-7,
    negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.refuse([], in: "InstDisc", expected: "")
    self.negatives = negatives
    if let partition, !(partition.isFinite && partition > 0) {
      throw .parameter(name: "partition", found: "\(partition)", expected: "a number above 0")
    }
    guard epsilon.isFinite, epsilon >= 0 else {
      throw .parameter(name: "epsilon", found: "\(epsilon)", expected: "a number of at least 0")
    }
    self.temperature = temperature
    self.partition = partition
    self.epsilon = epsilon
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: with B queries, n bank rows and dimension D, 4·B·n·D floating-point operations
  /// over the whole bank, at most 6·B·(K + 1)·D with noise. Scratch: `InfoNCE.scratchBytes`, none
  /// with noise.
  ///
  /// - Parameters:
  ///   - queries: [B × D].
  ///   - bank: [n × D].
  ///   - indices: [B], each query's own bank row.
  ///   - noise: [B × K] row-major, bank rows drawn as noise; `drawNoise` draws them. Without it the
  ///     loss is the softmax over the whole bank.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries, the gradient asked for, and the partition used as
  ///   `settled["partition"]`.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled` for a bank without rows,
  ///   `.index`, `.nonFinite`, `.tooLarge`, and `.parameter` for a partition without noise.
  public func evaluate(
    queries: Matrix, bank: Matrix, indices: [Int], noise: [Int]? = nil,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let rows = Operand("queries", queries)
    let columns = Operand("bank", bank)
    try rows.requireRows()
    guard bank.rows > 0 else { throw .bankNotFilled(argument: columns.name) }
    try columns.requireDimension(of: rows)
    try requireIndices(indices, count: queries.rows, below: bank.rows, named: "indices")
    if let noise {
      try negatives.refuse(
        Set(Negatives.Part.allCases), in: "InstDisc with noise", expected: "its softmax form")
      guard !noise.isEmpty else { throw .empty(argument: "noise") }
      let perRow = pieces(noise.count, queries.rows)
      try requireIndices(noise, count: perRow * queries.rows, below: bank.rows, named: "noise")
      try rows.requireFinite()
      try columns.requireFinite()
      return noiseContrast(queries, bank, indices, noise, gradients, workers)
    }
    guard partition == nil else {
      throw .parameter(name: "partition", found: "no noise", expected: "noise rows")
    }
    let own = bank.rows(at: indices)
    var term = ContrastTerm(
      anchors: rows, own: own, columns: columns, temperature: temperature,
      exclusions: [.listed(RowLists(indices.map { [$0] }))])
    let chosen = try term.choose(
      negatives, support: ContrastTerm.Support(Operand("bank", own)), workers: workers)
    let outcome = try term.evaluate(anchors: gradients.contains(.queries), workers: workers)
    return Evaluation(
      loss: outcome.loss, gradients: outcome.anchors.map { [.queries: $0] } ?? [:],
      selected: chosen)
  }

  /// Noise rows drawn evenly with replacement from the whole bank, own rows not left out.
  ///
  /// - Parameters:
  ///   - rows: queries.
  ///   - perRow: K.
  ///   - bankRows: n, at least 1.
  ///   - random: the generator.
  /// - Returns: [rows × perRow] indices, row-major.
  public static func drawNoise(
    rows: Int, perRow: Int, bankRows: Int, using random: inout CounterRandom
  ) -> [Int] {
    (0..<(rows * perRow)).map { _ in random.index(below: bankRows) }
  }
}
