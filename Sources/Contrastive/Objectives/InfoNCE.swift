/// InfoNCE: each query must find its own key among negatives.
///
/// With u_ic = ⟨query_i, column_c⟩ / temperature and own key k_i,
/// ```
/// loss = mean_i  log( 1 + Σ_{c negative} exp(u_ic − u_i,own) )
/// ```
/// which is the cross-entropy −log softmax(u_i)_own, written so that no digit is lost where the
/// loss is small. Three forms:
/// - own key and bank (van den Oord et al. 2018, eq. 4; MoCo, He et al. 2020, eq. 1): the negatives
///   are the rows of the bank;
/// - in-batch: the negatives are the other keys;
/// - in-batch, symmetric (CLIP, Radford et al. 2021): the mean of the in-batch form and of the same
///   from keys to queries.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct InfoNCE: BankOrBatchObjective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    /// The anchors, their own keys, and the other negatives.
    case queries, keys, bank
  }

  /// The temperature can be learned.
  public typealias Scalar = TemperatureScalar

  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let symmetric: Bool
  package let negatives: Negatives

  /// An InfoNCE objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.07 is MoCo's.
  ///   - symmetric: the mean of both directions; without a bank only.
  ///   - negatives: which columns are negatives; `mixing` needs a bank. With `symmetric`, `pairs`
  ///     name a query and a key, which are one pair in both directions.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.07, symmetric: Bool = false, negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.validate(in: "InfoNCE")
    self.temperature = temperature
    self.symmetric = symmetric
    self.negatives = negatives
  }

  /// The loss and its exact gradients; a query of which no column is left has loss 0.
  ///
  /// Complexity: with N queries, M negatives and dimension D, 4·N·M·D floating-point operations for
  /// the loss and the gradient for the queries, 4·N·M·D more for keys (in-batch) or bank; 2·N·M·D
  /// for the loss alone. Symmetric: 8·N²·D for everything. In the batch, up to 4,096 rows,
  /// similarities are computed once instead of twice: 6·N²·D for both gradients; without a choice
  /// of negatives those of 512 queries are held at a time. The N × M matrix is never held.
  /// `negatives` add a pass, 2·N·M·D, for a search, a draw and `hardness`, and two or three for a
  /// ring.
  public func evaluate(
    _ inputs: Inputs, gradients: Set<Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<InfoNCE> {
    if let bank = inputs.bank {
      return try against(
        BankProblem(inputs.queries, inputs.keys, bank), gradients: gradients, workers: workers)
    }
    try requireParameter(!gradients.contains(.bank), "gradient", "bank", "an input that is given")
    let (queries, keys) = (Operand("queries", inputs.queries), Operand("keys", inputs.keys))
    try queries.requireRows()
    try keys.requireShape(of: queries)
    try negatives.validate(
      without: [.mixing], in: "InfoNCE in the batch", use: "a bank: mixed rows are constants")
    let wanted = ContrastGradients(
      anchors: gradients.contains(.queries), columns: gradients.contains(.keys),
      keepsOwnRows: workers.keepsOwnRows)
    var (forward, chosen) = try direction(queries, keys, negatives, workers)
    var value: ContrastValue
    if symmetric {
      var transposed = negatives
      transposed.pairs = try negatives.pairs?.transposed()
      let (backward, found) = try direction(keys, queries, transposed, workers)
      chosen.add(found)
      value = try Contrast.mean(of: forward, and: backward, wanted, workers: workers)
    } else {
      value = try forward.evaluate(wanted, workers: workers)
      let (own, first) = (value.paired, value.kept?.columns.lowerBound ?? 0)
      value.columns?.addRows(of: queries.matrix, from: first, workers: workers) { Float(own[$0]) }
    }
    return Evaluation(
      value, anchors: .queries, columns: .keys,
      scalars: [.temperature: value.temperatureGradient], details: chosen)
  }

  /// Each anchor against all keys, of which one is its own.
  private func direction(
    _ anchors: Operand, _ keys: Operand, _ negatives: Negatives, _ workers: Workers
  ) throws(ContrastiveError) -> (Contrast, NegativeCounts) {
    var contrast = Contrast(
      anchors, paired: keys.matrix, against: .others(keys), temperature: temperature,
      excluding: [.diagonal])
    let chosen = try contrast.choose(negatives, support: Contrast.Support(keys), workers: workers)
    return (contrast, chosen)
  }

  private func against(
    _ problem: BankProblem, gradients: Set<Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<InfoNCE> {
    try requireParameter(!symmetric, "symmetric", "a bank", "the in-batch form")
    try requireParameter(
      problem.bank.operand.half == nil || !gradients.contains(.bank), "gradient",
      "bank, which is in half precision", "queries or keys")
    let (contrast, chosen) = try problem.contrast(
      temperature: temperature, negatives, workers: workers)
    let value = try contrast.evaluate(
      ContrastGradients(
        anchors: gradients.contains(.queries), columns: gradients.contains(.bank),
        keepsOwnRows: workers.keepsOwnRows),
      workers: workers)
    var evaluation = Evaluation<Self>(
      value, anchors: .queries, columns: .bank,
      scalars: [.temperature: value.temperatureGradient], details: chosen)
    evaluation.gradientErrorBounds[.keys] = value.errorBound?.paired
    if gradients.contains(.keys) {
      let queries = problem.queries.matrix
      var forKeys = value.kept.map { queries.rows($0.anchors) } ?? queries
      let first = value.kept?.anchors.lowerBound ?? 0
      forKeys.scaleRows { Float(value.paired[first + $0]) }
      evaluation.gradients[.keys] = forKeys
    }
    evaluation.keptRows[.keys] = value.kept?.anchors
    return evaluation
  }

  /// With a bank a tile for each worker, and sums of runs of tiles.
  ///
  /// In the batch the similarities of 512 queries, at most 12 MiB; with `symmetric` or a choice of
  /// negatives a tile and its transpose for each worker, at most 64 MiB of similarities, and the
  /// sums of both sides before they are split.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    shape.contrastBytes(
      summingColumns: true, inBands: !symmetric && negatives.areAll, workers: workers)
  }
}
