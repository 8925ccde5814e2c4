/// SigLIP: every pair of a query and a key is judged by itself, whether they belong together.
///
/// With z_ij = ⟨query_i, key_j⟩ / temperature + bias, and y = 1 where i = j, else −1,
/// ```
/// loss = 1/N Σ_i Σ_j log( 1 + exp(−y_ij z_ij) )
/// ```
/// Zhai et al., "Sigmoid Loss for Language Image Pre-Training", ICCV 2023, algorithm 1; the bias is
/// added as in the authors' code. No softmax is taken, so that one pass gives everything.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct SigLIP: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    /// One side of the pairs.
    case queries, keys
  }

  /// The hyper-parameters that are learned with the embeddings.
  public enum Scalar: String, CaseIterable, Sendable {
    /// What logits are divided by, and what is added to them.
    case temperature, bias
  }

  package let temperature: Double
  /// Added to the logits.
  package let bias: Double

  /// A SigLIP objective; the defaults are where the authors' training starts.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6.
  ///   - bias: −1e30 … 1e30.
  /// - Throws: `ContrastiveError.parameter`.
  public init(temperature: Double = 0.1, bias: Double = -10) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try requireParameter(bias.isFinite && abs(bias) <= 1e30, "bias", bias, "a finite number")
    self.temperature = temperature
    self.bias = bias
  }

  /// The loss and its exact gradients.
  ///
  /// Complexity: 2·N²·D floating-point operations for the loss, 2·N²·D more for each gradient; the
  /// N × N matrix is never held. Logits below −87 count 0.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss, a loss for each query, and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.canceled`.
  public func evaluate(
    queries: Matrix, keys: Matrix, gradients: Set<Variable> = [.queries, .keys],
    workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<SigLIP> {
    let (rows, columns) = (Operand("queries", queries), Operand("keys", keys))
    try rows.requireRows()
    try columns.requireShape(of: rows)
    let (blocks, sums) = try pass(rows, columns, gradients, workers)
    let similarities = queries.rowDots(keys)
    let scale = 1 / (Double(queries.rows) * temperature)
    // −1 / (1 + eᶻ) of each query and its own key.
    let own = similarities.map { -logistic(-($0 / temperature + bias)) }
    let losses = zip(blocks.flatMap(\.loss), similarities).map {
      $0 + softplus(-($1 / temperature + bias))
    }
    let moment =
      zip(similarities, own).reduce(0) { $0 + $1.0 * $1.1 }
      + blocks.flatMap(\.moment).reduce(0, +)
    let total = own.reduce(0, +) + blocks.flatMap(\.sum).reduce(0, +)
    let first = sums.kept?.lowerBound ?? 0
    func gradient(_ sums: Matrix?, with other: Matrix) -> Matrix? {
      guard var gradient = sums else { return nil }
      gradient.addRows(of: other, from: first) { Float(own[$0]) }
      gradient.scaleRows { _ in Float(scale) }
      return gradient
    }
    var result: [Variable: Matrix] = [:]
    result[.queries] = gradient(sums.queries, with: keys)
    result[.keys] = gradient(sums.keys, with: queries)
    var evaluation = Evaluation<Self>(
      loss: losses.mean, losses: losses, gradients: result,
      scalars: [.temperature: -moment * scale / temperature, .bias: total * scale * temperature],
      details: NegativeCounts())
    if let kept = sums.kept { evaluation.keptRows = [.queries: kept, .keys: kept] }
    return evaluation
  }

  private func pass(
    _ queries: Operand, _ keys: Operand, _ wanted: Set<Variable>, _ workers: Workers
  ) throws(ContrastiveError) -> (
    [SigmoidReader.Statistics], (queries: Matrix?, keys: Matrix?, kept: Range<Int>?)
  ) {
    let keeps = workers.keepsOwnRows
    let reader = SigmoidReader(scale: 1 / temperature, bias: bias)
    if wanted == [.queries, .keys] {
      let pass = CrossingPass(queries, keys)
      let found = try pass.readAndSum(reader, keepingOwn: keeps, workers: workers)
      return (found.statistics, (found.rows, found.columns, keeps ? pass.ownRows(workers) : nil))
    }
    let (rows, columns) = wanted == [.keys] ? (keys, queries) : (queries, keys)
    let pass = RectanglePass(rows: rows, columns: columns)
    let (blocks, sums) = try pass.readAndSum(
      reader, summing: !wanted.isEmpty, keepingOwn: keeps, workers: workers)
    let kept = keeps ? pass.ownRows(workers) : nil
    guard wanted == [.keys] else { return (blocks, (sums, nil, kept)) }
    let ahead = try RectanglePass(rows: queries, columns: keys).read(reader, workers: workers)
    return (ahead, (nil, sums, kept))
  }

  /// The same of all inputs in one value.
  public func evaluate(
    _ inputs: (queries: Matrix, keys: Matrix), gradients: Set<Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SigLIP> {
    try evaluate(
      queries: inputs.queries, keys: inputs.keys, gradients: gradients, workers: workers)
  }

  /// A tile and its transpose for each worker, and the sums of both sides before they are split;
  /// for one side or none a tile for each worker, and sums of runs of tiles.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    max(
      CrossingPass.scratchBytes(
        rows: shape.rows, dimension: shape.dimension, keeping: false, workers: workers),
      RectanglePass.scratchBytes(
        rows: shape.rows, columns: shape.rows, dimension: shape.dimension, summing: true,
        workers: workers))
  }
}
