/// SwAV: each view predicts the soft cluster code of another view of the same image.
///
/// With S_v = z_v Wᵀ the scores of view v's rows against P prototypes and q_i = Sinkhorn(S_i / ε)
/// the codes of the first A views,
/// ```
/// loss = (1/A) Σ_{i < A} 1/(V − 1) Σ_{v ≠ i} mean_b
///        −Σ_k q_i,bk · log softmax(S_v,b / temperature)_k
/// ```
/// Codes are constants. Rows of a queue join those of their view, before them, when codes are
/// computed. Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster
/// Assignments", NeurIPS 2020, eqs. 1–5, averaged as the authors' code averages. Rows and
/// prototypes are used as given.
public struct SwAV: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    /// The views' rows, and the prototypes.
    case views, prototypes
  }

  package let temperature: Double
  package let sinkhorn: Sinkhorn
  package let assignedViews: Int

  /// A SwAV objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.1 is the authors'.
  ///   - sinkhorn: how codes are made; ε 0.05 and 3 iterations are the authors'.
  ///   - assignedViews: how many of the views give codes, at least 1.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.1, sinkhorn: Sinkhorn? = nil, assignedViews: Int = 2
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try requireParameter(assignedViews > 0, "assign-views", assignedViews, "at least 1")
    self.temperature = temperature
    if let sinkhorn {
      self.sinkhorn = sinkhorn
    } else {
      self.sinkhorn = try Sinkhorn()
    }
    self.assignedViews = assignedViews
  }

  /// The loss and its exact gradients, for codes held constant.
  ///
  /// Complexity: 2·(V·B + A·L)·P·D floating-point operations for the scores, as many again for each
  /// gradient, and Sinkhorn's O(iterations · A·(B + L)·P) exponentials. The scores are held, which
  /// Sinkhorn needs: see `scratchBytes`.
  ///
  /// - Parameters:
  ///   - views: [V·B × D]: view v of image b is row v·B + b.
  ///   - count: V, at least 2 and at least `assignedViews`.
  ///   - prototypes: [P × D].
  ///   - queue: nothing, or earlier embeddings for each of the A views, [L × D] each.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.blas`,
  ///   `.canceled`.
  public func evaluate(
    views: Matrix, count: Int, prototypes: Matrix, queue: [Matrix] = [],
    gradients: Set<Variable> = [.views, .prototypes], workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<SwAV> {
    let batch = try SwappedViews(
      views: views, count: count, assigned: assignedViews, prototypes: prototypes, queue: queue)
    try BLAS.prepare()
    var scores = batch.assignedScores(workers)
    let tables = scores.reduce(0) { $0 + 4 * $1.values.count }
    Scratch.hold(tables)
    defer { Scratch.release(tables) }
    let wanted = !gradients.isEmpty
    var codes: [Matrix] = []
    for scores in scores {
      codes.append(
        try sinkhorn.codes(
          scores, rows: (scores.rows - batch.images)..<scores.rows,
          argument: "views · prototypes", workers: workers))
    }
    // The codes, and the scores of one view that gives none.
    let further =
      codes.reduce(0) { $0 + 4 * $1.values.count }
      + (count > assignedViews ? 4 * batch.images * prototypes.rows : 0)
    Scratch.hold(further)
    defer { Scratch.release(further) }
    var total = 0.0
    var forViews =
      gradients.contains(.views) ? Matrix(zeros: views.rows, by: views.columns) : nil
    var forPrototypes =
      gradients.contains(.prototypes)
      ? Matrix(zeros: prototypes.rows, by: prototypes.columns) : nil
    for view in 0..<count {
      var table = Matrix(zeros: 0, by: 0)
      if view < assignedViews {
        // Taken out of the list, or changing it would copy it.
        swap(&table, &scores[view])
      } else {
        table = batch.scores(of: view, workers)
      }
      total += batch.predict(
        &table, from: codes, view: view, temperature: temperature, coefficients: wanted,
        workers: workers)
      batch.addGradients(of: view, table, views: &forViews, prototypes: &forPrototypes, workers)
    }
    var result: [Variable: Matrix] = [:]
    result[.views] = forViews
    result[.prototypes] = forPrototypes
    return Evaluation(loss: total * batch.weight, gradients: result, details: NegativeCounts())
  }

  /// The same of all inputs in one value.
  public func evaluate(
    _ inputs: (views: Matrix, count: Int, prototypes: Matrix, queue: [Matrix]),
    gradients: Set<Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SwAV> {
    try evaluate(
      views: inputs.views, count: inputs.count, prototypes: inputs.prototypes,
      queue: inputs.queue, gradients: gradients, workers: workers)
  }

  /// Scores and codes.
  ///
  /// Scores of the assigned views with their queues, their codes, the scores of one view more, and
  /// what Sinkhorn holds for one view with R = B + L rows:
  /// ```
  /// 4·P·( A·R + (A + 1)·B )  +  16·P·⌈R/64⌉ + 8·(R + P)
  /// ```
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    let (images, prototypes, rows) = (shape.rows, shape.columns, shape.rows + shape.queueRows)
    let assigned = min(assignedViews, shape.views)
    return 4 * prototypes * (assigned * rows + (assigned + 1) * images)
      + 16 * prototypes * pieces(rows, 64) + 8 * (rows + prototypes)
  }
}
