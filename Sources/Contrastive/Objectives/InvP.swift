/// InvP, invariance propagation: a query must find its own bank row and the rows its neighbors lead
/// to.
///
/// Both are sought among the bank rows most like the query.
///
/// With w_ij = exp(⟨query_i, bank_j⟩ / temperature), own row y_i, the background T_i of the M
/// largest w_ij, S_i = Σ_{T_i} w, and the hard positives H_i: of the ends of all walks of 1 …
/// `steps` steps in the neighbor graph from y_i, each as often as walks end there, the P of
/// smallest w,
/// ```
/// loss = −mean_i log( w_i,y / S_i + ε )  −  weight · mean_i log( Σ_{H_i} w / (S_i − w_i,y) + ε )
/// ```
/// Wang, Liu, Guo, Sun, "Unsupervised Representation Learning by Invariance Propagation", NeurIPS
/// 2020, eq. 4–6, as in the authors' code: the background is not cleared of positives, and
/// positives are found with repetitions. With `exactBackground` the second term is the paper's own:
/// H_i holds distinct rows that walks reach, y_i not among them, and with R_i all of these
/// ```
/// − weight · mean_i log( Σ_{H_i} w / (Σ_{T_i \\ R_i, not y_i} w + Σ_{H_i} w) + ε )
/// ```
/// which is 0 for a query whose walks lead nowhere else. Ties go to the lower row; no gradient
/// passes through the selections.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct InvP: Objective {
  package let temperature: Double
  /// What else an evaluation tells.
  public struct Details: Sendable {
    /// M, the size of the background that was used.
    public let background: Int
  }

  package let background: Int
  package let positives: Int
  package let steps: Int
  package let weight: Double
  package let epsilon: Double
  package let exactBackground: Bool

  /// An InvP objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6.
  ///   - background: M, at least 1; an evaluation needs 2, and takes at most the bank's rows.
  ///   - positives: P, at least 1.
  ///   - steps: of the longest walk from a query's own row to a positive, 1 … 16.
  ///   - weight: of the second term, 0 or more.
  ///   - epsilon: ε, 0 or more; the authors' code has 1e-7.
  ///   - exactBackground: whether the background of the second term is the paper's.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.07, background: Int = 4096, positives: Int = 50, steps: Int = 3,
    weight: Double = 0.6, epsilon: Double = 0, exactBackground: Bool = false
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    for (name, value) in [("background", background), ("positives", positives)]
    where value < 1 {
      throw .parameter(name: name, found: "\(value)", expected: "at least 1")
    }
    try NeighborGraph.requireSteps(steps, named: "steps")
    for (name, value) in [("weight", weight), ("epsilon", epsilon)]
    where !(value.isFinite && value >= 0) {
      throw .parameter(name: name, found: "\(value)", expected: "a number of at least 0")
    }
    self.temperature = temperature
    self.background = background
    self.positives = positives
    self.steps = steps
    self.weight = weight
    self.epsilon = epsilon
    self.exactBackground = exactBackground
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: with B queries, n bank rows and dimension D, 4·B·n·D floating-point operations,
  /// 2·B·n·D for each pass that finds the background (none for the whole bank, one up to M = 512,
  /// otherwise two on continuous data), O(nodes reached · D) for the hard positives of a query, and
  /// 4·B·n·D more for an exact background.
  ///
  /// - Parameters:
  ///   - queries: [B × D].
  ///   - bank: [n × D]; in half precision it is widened as a whole. Excluded rows are in no
  ///     background and no hard positives; rows cannot be weighted.
  ///   - indices: [B], each query's own bank row, which cannot be excluded.
  ///   - neighbors: neighbors of each of the n bank rows.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss, the gradient asked for, and the size of the background used, the largest.
  /// - Throws: `ContrastiveError`: `.shape`, also for a background of one row, `.empty`,
  ///   `.bankNotFilled` for a bank without rows, `.index`, `.nonFinite`, `.tooLarge`, `.canceled`,
  ///   `.parameter` for weighted rows.
  public func evaluate(
    queries: Matrix, bank: any Bank, indices: [Int], neighbors: NeighborGraph,
    gradients: Set<QueryVariable> = [.queries], workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<InvP> {
    let rows = Operand("queries", queries)
    let given = try bank.bankColumns.excludingPairs(ofOwn: indices)
    let columns = given.operand.widened
    try check(rows, columns, indices, neighbors)
    let exclusions = try given.exclusions(in: "InvP", of: rows)
    try exclusions.requireIncluded(indices, perRow: 1, named: "indices")
    let counts = exclusions.counts(rows: rows.rows, columns: columns.rows, workers: workers)
    let nearest = counts.map { min(background, $0) }
    guard let smallest = nearest.min(), smallest > 1 else {
      throw .shape(
        argument: "bank", found: "a background of \(nearest.min() ?? 0) row",
        expected: "at least 2 rows")
    }
    let windows = try RankWindows(
      nearest.map { 0..<$0 }, ofCounts: counts, of: rows, among: columns, excluding: exclusions,
      workers: workers)
    let listed = try InvPColumns(
      self, queries: queries, bank: columns.matrix, indices: indices, neighbors: neighbors,
      excluding: exclusions, windows: windows, workers: workers)
    let wantsQueries = !gradients.isEmpty
    func readBackground(
      without lists: RowLists
    ) throws(ContrastiveError) -> (sums: [LogSumExp], means: Matrix?) {
      let (blocks, sums) = try RectanglePass(rows: rows, columns: columns).readAndSum(
        SoftmaxReader(
          temperature: temperature, excluding: exclusions + [.mask(windows), .listed(lists)]),
        summing: wantsQueries, workers: workers)
      let found = blocks.flatMap(\.sum)
      var means = sums
      means?.scaleRows { found[$0] > 0 ? Float(1 / found[$0]) : 0 }
      return (blocks.logSums(temperature: temperature), means)
    }
    let others = try readBackground(without: listed.pairs.lists)
    var terms = InvPTerms(self, listed, others: others.sums)
    var gradient = others.means
    gradient?.scaleRows { Float(terms.othersCoefficients[$0]) }
    if exactBackground, weight > 0 {
      let apart = try readBackground(without: reached(from: indices, in: neighbors, workers))
      terms.addExactBackground(self, listed, background: apart.sums)
      if let means = apart.means {
        gradient?.addRows(of: means) { Float(terms.exactCoefficients[$0]) }
      }
    }
    if var sum = gradient {
      gradient = nil
      listed.pairs.add(
        listed.pairs.map(workers: workers, terms.coefficient), times: columns.matrix, to: &sum,
        .listed, workers: workers)
      gradient = sum
    }
    return Evaluation(
      loss: terms.losses.mean, losses: terms.losses,
      gradients: gradient.map { [.queries: $0] } ?? [:],
      details: Details(background: nearest.max() ?? 0))
  }

  private func check(
    _ rows: Operand, _ columns: Operand, _ indices: [Int], _ neighbors: NeighborGraph
  ) throws(ContrastiveError) {
    try rows.requireRows()
    guard columns.rows > 0 else { throw .bankNotFilled(argument: columns.name) }
    try columns.requireDimension(of: rows)
    try requireIndices(indices, count: rows.rows, below: columns.rows, named: "indices")
    try requireShape(
      neighbors.nodes == columns.rows, "neighbors", "[\(neighbors.nodes) × \(neighbors.k)]",
      "[\(columns.rows) × k], a row for each bank row")
    try rows.requireFinite()
    try columns.requireFinite()
  }

  /// Each query's own row and all that walks from it reach.
  private func reached(
    from indices: [Int], in neighbors: NeighborGraph, _ workers: Workers
  ) throws(ContrastiveError) -> RowLists {
    let lists = workers.mapUntilCanceled(indices.count) { row in
      let ends = neighbors.walkEnds(from: indices[row], steps: steps, countingTo: 1)
      return Set(ends.map(\.node) + [indices[row]]).sorted()
    }
    try workers.checkAnyCanceled()
    return RowLists(lists, isSymmetric: false)
  }

  /// The same of all inputs in one value.
  public func evaluate(
    _ inputs: (queries: Matrix, bank: any Bank, indices: [Int], neighbors: NeighborGraph),
    gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<InvP> {
    try evaluate(
      queries: inputs.queries, bank: inputs.bank, indices: inputs.indices,
      neighbors: inputs.neighbors, gradients: gradients, workers: workers)
  }

  /// Beyond a pass, up to 100 MB, whatever the sizes, while ranks are found.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    shape.contrastBytes(summingColumns: false, workers: workers)
      + RankThresholds.scratchBytes(
        rows: shape.rows, columns: shape.columns,
        ranks: background < shape.columns ? [background - 1] : [])
  }
}
