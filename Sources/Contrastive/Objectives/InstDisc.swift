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
  /// What else an evaluation tells.
  public struct Details: Sendable {
    /// Counts of what a choice of negatives concerned.
    public let negatives: NegativeCounts
    /// The partition Z that was used; nil without noise.
    public let partition: Double?
  }

  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let partition: Double?
  package let epsilon: Double
  package let negatives: Negatives

  /// An instance-discrimination objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6.
  ///   - partition: Z, above 0; without it n · the mean of exp(u) over the columns of a call.
  ///   - epsilon: added to the noise's probability, 0 or more.
  ///   - negatives: which bank rows are negatives; not with noise.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.07, partition: Double? = nil, epsilon: Double = 1e-7,
    negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.validate(in: "InstDisc")
    self.negatives = negatives
    if let partition, !(partition.isFinite && partition > 0) {
      throw .parameter(name: "partition", found: "\(partition)", expected: "a number above 0")
    }
    try requireParameter(
      epsilon.isFinite && epsilon >= 0, "epsilon", epsilon, "a number of at least 0")
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
  ///   - bank: [n × D]; in half precision it is widened as a whole. Rows that are excluded for
  ///     every query are not among the n; with noise no row can be weighted.
  ///   - indices: [B], each query's own bank row, which cannot be excluded.
  ///   - noise: [B × K] row-major, bank rows drawn as noise, each equally likely. Without it the
  ///     loss is the softmax over the whole bank.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries, the gradient asked for, and the partition used.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled` for a bank without rows,
  ///   `.index`, `.nonFinite`, `.tooLarge`, `.canceled`, and `.parameter` for a partition without
  ///   noise, or for one that is beyond Double.
  public func evaluate(
    queries: Matrix, bank: any Bank, indices: [Int], noise: [Int]? = nil,
    gradients: Set<QueryVariable> = [.queries], workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<InstDisc> {
    let rows = Operand("queries", queries)
    let columns = bank.bankColumns
    let bank = columns.operand.widened.matrix
    try rows.requireRows()
    try columns.require(of: rows)
    try requireIndices(indices, count: queries.rows, below: bank.rows, named: "indices")
    if let noise {
      try negatives.validate(
        without: Set(Negatives.Part.allCases), in: "InstDisc with noise", use: "its softmax form")
      try requireParameter(
        workers.precision == .float32, "precision", "int16 with noise", "float32")
      guard !noise.isEmpty else { throw .empty(argument: "noise") }
      let perRow = pieces(noise.count, queries.rows)
      try requireIndices(noise, count: perRow * queries.rows, below: bank.rows, named: "noise")
      let exclusions = try columns.excludingPairs(ofOwn: indices).exclusions(
        in: "InstDisc with noise", of: rows)
      try exclusions.requireIncluded(indices, perRow: 1, named: "indices")
      try exclusions.requireIncluded(noise, perRow: perRow, named: "noise")
      try rows.requireFinite()
      try columns.operand.requireFinite()
      return try noiseContrast(
        queries, bank, taking: bank.rows - columns.excluded.count, indices, noise, gradients,
        workers)
    }
    try requireParameter(partition == nil, "partition", "no noise", "noise rows")
    try columns.exclusions.requireIncluded(indices, perRow: 1, named: "indices")
    let own = bank.rows(at: indices)
    var contrast = Contrast(
      rows, paired: own, against: .others(Operand("bank", bank)), temperature: temperature,
      excluding: [.listed(RowLists(single: indices))] + columns.exclusions)
    let chosen = try contrast.choose(
      columns.excludingPairs(ofOwn: indices).adding(pairsTo: negatives),
      support: Contrast.Support(Operand("bank", own)),
      workers: workers)
    return Evaluation(
      try contrast.evaluate(ContrastGradients(anchors: !gradients.isEmpty), workers: workers),
      anchors: .queries, details: Details(negatives: chosen, partition: nil))
  }

  /// The same of all inputs in one value.
  public func evaluate(
    _ inputs: (queries: Matrix, bank: any Bank, indices: [Int], noise: [Int]?),
    gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<InstDisc> {
    try evaluate(
      queries: inputs.queries, bank: inputs.bank, indices: inputs.indices, noise: inputs.noise,
      gradients: gradients, workers: workers)
  }

  /// Noise rows drawn evenly with replacement from the whole bank, own rows included.
  ///
  /// - Parameters:
  ///   - rows: queries.
  ///   - perRow: K.
  ///   - bankRows: n, at least 1.
  ///   - random: the generator.
  /// - Returns: [rows × perRow] indices, row-major.
  package static func drawNoise(
    rows: Int, perRow: Int, bankRows: Int, using random: inout CounterRandom
  ) -> [Int] {
    (0..<(rows * perRow)).map { _ in random.index(below: bankRows) }
  }
}
