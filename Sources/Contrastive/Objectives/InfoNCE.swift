/// InfoNCE: each query must find its own key among negatives.
///
/// With u_ic = ⟨query_i, column_c⟩ / temperature and own key k_i,
/// ```
/// loss = mean_i  log( 1 + Σ_{c negative} exp(u_ic − u_i,own) )
/// ```
/// which is the cross-entropy −log softmax(u_i)_own, written so that no digit is lost where the loss
/// is small. Three forms:
/// - own key and bank (van den Oord et al. 2018, eq. 4; MoCo, He et al. 2020, eq. 1): the negatives
///   are the rows of the bank;
/// - in-batch: the negatives are the other keys;
/// - in-batch, symmetric (CLIP, Radford et al. 2021): the mean of the in-batch form and of the same
///   with queries and keys exchanged.
///
/// Rows are used as given: normalise them first for cosine similarity (`Matrix.normalized`).
public struct InfoNCE: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries, keys, bank, temperature
  }

  /// Gradients for the queries: what a momentum-contrast step needs.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the similarities.
  public let temperature: Double
  /// Whether the in-batch form takes the mean of both directions.
  public let symmetric: Bool

  /// An InfoNCE objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.07 is MoCo's.
  ///   - symmetric: the mean of both directions; without a bank only.
  /// - Throws: `ContrastiveError.parameter`.
  public init(temperature: Double = 0.07, symmetric: Bool = false) throws(ContrastiveError) {
    try requireTemperature(temperature)
    self.temperature = temperature
    self.symmetric = symmetric
  }

  /// The loss and its exact gradients.
  ///
  /// Complexity: with N queries, M negatives and dimension D, 4·N·M·D floating-point operations for
  /// the loss and the gradient for the queries, 4·N·M·D more for keys (in-batch) or bank; 2·N·M·D
  /// for the loss and the gradient for the temperature alone. Scratch: `scratchBytes`; the N × M matrix is never held.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [M × D], the negatives; without it they are the other keys.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled` for a bank without rows,
  ///   `.nonFinite`, `.tooLarge`, and `.parameter` for a bank with `symmetric` or a gradient for a
  ///   bank that is not there.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: Matrix? = nil,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let queries = Operand("queries", queries)
    let keys = Operand("keys", keys)
    try queries.requireRows()
    try keys.requireShape(of: queries)
    guard bank == nil || !symmetric else {
      throw .parameter(name: "symmetric", found: "a bank", expected: "the in-batch form")
    }
    guard bank != nil || !gradients.contains(.bank) else {
      throw .parameter(name: "gradient", found: "bank", expected: "an input that is given")
    }
    let negatives = bank.map { Operand("bank", $0) }
    if let negatives {
      guard negatives.matrix.rows > 0 else { throw .bankNotFilled(argument: negatives.name) }
      try negatives.requireDimension(of: queries)
      try keys.requireFinite()
    }
    return symmetric
      ? try bothDirections(queries, keys, gradients, workers)
      : try oneDirection(queries, keys, bank: negatives, gradients, workers)
  }

  private func oneDirection(
    _ queries: Operand, _ keys: Operand, bank: Operand?, _ wanted: Set<Variable>,
    _ workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let (negatives, inBatch) = (bank ?? keys, bank == nil)
    let (margins, sums) = try OwnAmongNegatives(
      anchors: queries, own: keys.matrix, columns: negatives, temperature: temperature,
      exclusions: inBatch ? [.diagonal] : []
    ).run(accumulating: wanted.contains(.queries), workers: workers)
    let scale = 1 / (Double(queries.matrix.rows) * temperature)

    var result: [Variable: Matrix] = [:]
    result[.queries] = sums.columns.map {
      margins.anchorGradient(negativeSums: $0, own: keys.matrix, scale: scale)
    }
    if wanted.contains(.bank) || inBatch && wanted.contains(.keys) {
      result[inBatch ? .keys : .bank] = try TiledSweep(rows: negatives, columns: queries).run(
        SoftmaxCoefficients(
          temperature: temperature, columns: margins.side(scale: scale),
          excluding: inBatch ? [.diagonal] : []),
        accumulating: true, workers: workers
      ).accumulated
    }
    if wanted.contains(.keys) {
      result[.keys, default: Matrix(zeros: keys.matrix.rows, by: keys.matrix.columns)]
        .addRows(of: queries.matrix) { Float(-scale * margins.pull[$0]) }
    }
    return Evaluation(
      loss: margins.meanLoss, gradients: result,
      temperatureGradient: wanted.contains(.temperature) ? margins.temperatureGradient : nil)
  }

  private func bothDirections(
    _ queries: Operand, _ keys: Operand, _ wanted: Set<Variable>, _ workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let forward = try margins(of: queries, among: keys, workers)
    let backward = try margins(of: keys, among: queries, workers)
    let scale = 0.5 / (Double(queries.matrix.rows) * temperature)

    func gradient(
      for rows: Operand, among columns: Operand, _ own: OwnMargins, _ others: OwnMargins
    ) throws(ContrastiveError) -> Matrix? {
      let coefficients = SoftmaxCoefficients(
        temperature: temperature, rows: own.side(scale: scale),
        columns: others.side(scale: scale), excluding: [.diagonal])
      var gradient = try TiledSweep(rows: rows, columns: columns).run(
        coefficients, accumulating: true, workers: workers
      ).accumulated
      gradient?.addRows(of: columns.matrix) {
        Float(-scale * (forward.pull[$0] + backward.pull[$0]))
      }
      return gradient
    }
    var result: [Variable: Matrix] = [:]
    if wanted.contains(.queries) {
      result[.queries] = try gradient(for: queries, among: keys, forward, backward)
    }
    if wanted.contains(.keys) {
      result[.keys] = try gradient(for: keys, among: queries, backward, forward)
    }
    return Evaluation(
      loss: 0.5 * (forward.meanLoss + backward.meanLoss), gradients: result,
      temperatureGradient: wanted.contains(.temperature)
        ? 0.5 * (forward.temperatureGradient + backward.temperatureGradient) : nil)
  }

  private func margins(
    of anchors: Operand, among columns: Operand, _ workers: Workers
  ) throws(ContrastiveError) -> OwnMargins {
    let negatives = try TiledSweep(rows: anchors, columns: columns).run(
      RunningSoftmax(temperature: temperature, excluding: [.diagonal], readsOnly: true),
      accumulating: false,
      workers: workers)
    return OwnMargins(
      anchors.matrix, columns.matrix, against: negatives.blocks, temperature: temperature)
  }

  /// Bytes of scratch an evaluation holds at most.
  ///
  /// That is beyond its inputs, its gradients and a few numbers a row. With B = ⌈N/256⌉ row blocks cut into C chunks of columns (C = 1 once B ≥ 32) and W workers,
  /// ```
  /// 4 · ( W · min(N, 256) · (min(M, 512) + 1)  +  (C − 1) · N · D )
  /// ```
  /// and the same with N and M exchanged for the gradients of bank or keys; independent of M beyond
  /// that.
  ///
  /// - Parameters:
  ///   - queries: N.
  ///   - negatives: M, the bank's rows, or N without a bank.
  ///   - dimension: D.
  ///   - workers: W.
  /// - Returns: the larger of the two directions.
  public static func scratchBytes(
    queries: Int, negatives: Int, dimension: Int, workers: Workers = .all
  ) -> Int {
    max(
      TileGrid(rows: queries, columns: negatives).scratchBytes(
        dimension: dimension, accumulating: true, workers: workers),
      TileGrid(rows: negatives, columns: queries).scratchBytes(
        dimension: dimension, accumulating: true, workers: workers))
  }
}
