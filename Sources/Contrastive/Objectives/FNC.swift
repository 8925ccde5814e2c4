/// False negative cancellation: what probably shows the same thing as an anchor is attracted to it,
/// or at least no longer pushed away.
///
/// The V views of N images are V·N anchors z_{v,i}. With u_c = ⟨z_{v,i}, column_c⟩ / temperature
/// over all columns but the anchor's own, F_i the `FalseNegatives` of image i and P the image's
/// other views,
/// ```
/// attract     loss = mean over anchors of  −1/|P ∪ F_i| · Σ_{c ∈ P ∪ F_i} log softmax(u)_c
/// eliminate   loss = mean over anchors of  −1/|P| · Σ_{c ∈ P} log softmax(u without F_i)_c
/// none        loss = mean over anchors of  −1/|P| · Σ_{c ∈ P} log softmax(u)_c
/// ```
/// In the batch the columns are the anchors themselves; with a bank they are the images' support
/// embeddings, then the bank, all constants. No gradient passes through the search.
/// Huynh et al., "Boosting Contrastive Self-Supervised Learning with False Negative Cancellation",
/// WACV 2022, eq. 2 to 4; the mean over anchors is half of the authors' code's sum of two means.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct FNC: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case embeddings
  }

  /// What becomes of false negatives.
  public enum Mode: String, CaseIterable, Sendable {
    /// They are positives.
    case attract
    /// They take no part.
    case eliminate
    /// They are counted, and stay negatives.
    case none
  }

  /// Gradients for the embeddings.
  public static let defaultGradients: Set<Variable> = [.embeddings]

  /// Divides the similarities.
  public let temperature: Double
  /// How false negatives are found.
  public let search: FalseNegatives
  /// What becomes of them.
  public let mode: Mode
  /// Which other columns are negatives, and how they count.
  public let negatives: Negatives

  /// A false-negative cancellation objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.1 is the authors' code's.
  ///   - search: how false negatives are found.
  ///   - mode: what becomes of them.
  ///   - negatives: which other columns are negatives; no `falseNegatives`, which is this
  ///     objective, and `mixing` with a bank only. Columns are counted as in the formula.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.1, search: FalseNegatives, mode: Mode = .attract,
    negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.refuse(
      [.falseNegatives], in: "FNC, which has a search", expected: "InfoNCE or NT-Xent")
    self.negatives = negatives
    self.temperature = temperature
    self.search = search
    self.mode = mode
  }

  /// The loss and its exact gradient, with the count `false_negatives`: columns found, each image's
  /// once.
  ///
  /// Complexity: with A = V·N anchors and M other columns, in the batch the similarity matrix is
  /// symmetric and each pair is computed once, A²·D floating-point operations for the loss and
  /// 3·A²·D more for the gradient; with a bank 4·A·(A + M)·D for both; the search besides.
  ///
  /// - Parameters:
  ///   - embeddings: [V·N × D], all images in the first view, then in the second, …
  ///   - views: V, at least 2.
  ///   - support: [V·N × D], in the same order; together with `bank`.
  ///   - bank: [K × D]; together with `support`.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the anchors and the gradient asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`,
  ///   and `.parameter` for a support without a bank or the reverse.
  public func evaluate(
    embeddings: Matrix, views: Int, support: Matrix? = nil, bank: Matrix? = nil,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let anchors = Operand("embeddings", embeddings)
    guard views > 1, embeddings.rows.isMultiple(of: views) else {
      throw .shape(
        argument: anchors.name, found: "\(views) views in \(embeddings.shape)",
        expected: "at least 2 views, each with a row for every image")
    }
    try anchors.requireRows()
    try anchors.requireFinite()
    let columns = try columns(anchors, support: support, bank: bank)
    if bank == nil {
      try negatives.refuse(
        [.mixing], in: "FNC in the batch", expected: "a bank: mixed rows are constants")
      if negatives.parts.isEmpty {
        return try inBatch(anchors, views: views, gradients, workers)
      }
    }
    return try chosen(
      anchors, columns, support: support ?? embeddings, views: views, gradients, workers)
  }

  /// The columns: the anchors, or support and bank.
  private func columns(
    _ anchors: Operand, support: Matrix?, bank: Matrix?
  ) throws(ContrastiveError) -> Operand {
    switch (support, bank) {
    case (nil, nil): return anchors
    case (let support?, let bank?):
      let (support, bank) = (Operand("support", support), Operand("bank", bank))
      try support.requireShape(of: anchors)
      guard bank.matrix.rows > 0 else { throw .bankNotFilled(argument: bank.name) }
      try bank.requireDimension(of: anchors)
      try support.requireFinite()
      try bank.requireFinite()
      return Operand("support and bank", support.matrix.stacked(on: bank.matrix))
    default:
      throw .parameter(
        name: support == nil ? "support" : "bank", found: "nothing",
        expected: "support and bank together, or neither")
    }
  }

  /// With a bank, or with a choice of negatives.
  private func chosen(
    _ anchors: Operand, _ columns: Operand, support: Matrix, views: Int, _ wanted: Set<Variable>,
    _ workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let images = anchors.matrix.rows / views
    var term = ContrastTerm(
      anchors: anchors, own: nil, columns: columns, temperature: temperature,
      exclusions: [.diagonal])
    term.roles = ColumnRoles(
      positives: (0..<anchors.matrix.rows).map { anchor in
        (0..<views).map { $0 * images + anchor % images }.filter { $0 != anchor }
      })
    let embeddings = Operand("support", support)
    var all = negatives
    var counts: [String: Int] = [:]
    switch mode {
    case .attract, .eliminate:
      all.falseNegatives = FalseNegativeTreatment(
        search, mode: mode == .attract ? .attract : .drop)
    case .none:
      let found = try search.find(
        support: support, views: views, among: columns.matrix, workers: workers)
      counts["false_negatives"] = found.reduce(0) { $0 + $1.count }
    }
    let found = try term.choose(
      all, support: ContrastTerm.Support(embeddings: embeddings, images: images),
      workers: workers)
    let wants = wanted.contains(.embeddings)
    let isBatch = columns.name == anchors.name
    let outcome = try term.evaluate(
      anchors: wants, columns: wants && isBatch, workers: workers)
    var gradient = outcome.anchors
    if let columns = outcome.columns { gradient?.addRows(of: columns) { _ in 1 } }
    return Evaluation(
      loss: outcome.loss, gradients: gradient.map { [.embeddings: $0] } ?? [:],
      selected: counts.merging(found) { $1 })
  }

  /// In the batch, each pair of rows computed once.
  private func inBatch(
    _ anchors: Operand, views: Int, _ wanted: Set<Variable>, _ workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let found = try search.find(
      support: anchors.matrix, views: views, among: anchors.matrix, workers: workers)
    let pairs = AnchorColumns(
      views: views, falseNegatives: mode == .none ? found.map { _ in [] } : found,
      attracts: mode == .attract)
    let result = try inBatch(anchors, pairs, wanted, workers)
    return Evaluation(
      loss: result.loss, gradients: result.gradient.map { [.embeddings: $0] } ?? [:],
      selected: ["false_negatives": found.reduce(0) { $0 + $1.count }])
  }

  private func inBatch(
    _ anchors: Operand, _ pairs: AnchorColumns, _ wanted: Set<Variable>, _ workers: Workers
  ) throws(ContrastiveError) -> (loss: Double, gradient: Matrix?) {
    let listed = ListedPairs(
      pairs.listsBothWays(workers), rows: anchors.matrix, columns: anchors.matrix, workers: workers)
    let exclusions = [Exclusion.diagonal, .listed(listed.lists)]
    let sweep = TiledSweep(symmetric: anchors)
    let kept = wanted.contains(.embeddings) ? KeptTiles(SymmetricGrid(rows: anchors.rows)) : nil
    let blocks = try sweep.run(
      RunningSoftmax(temperature: temperature, excluding: exclusions, readsOnly: true),
      accumulating: false, kept: kept, workers: workers
    ).blocks
    let margins = margins(listed, pairs, blocks, workers)
    guard wanted.contains(.embeddings) else { return (margins.meanLoss, nil) }
    let scale = 1 / (Double(anchors.matrix.rows) * temperature)
    let side = margins.negativeSide(blocks.flatMap(\.maximum), scale: scale)
    var gradient = try sweep.run(
      SoftmaxCoefficients(
        temperature: temperature, rows: side, columns: side, excluding: exclusions),
      accumulating: true, kept: kept, workers: workers
    ).accumulated
    gradient.add(listed, columns: anchors.matrix, workers) { row, column, similarity in
      scale
        * (pairs.coefficient(margins, row, column, similarity)
          + pairs.coefficient(margins, column, row, similarity))
    }
    return (margins.meanLoss, gradient)
  }

  private func margins(
    _ listed: ListedPairs, _ pairs: AnchorColumns, _ blocks: [RunningSoftmax.Partial],
    _ workers: Workers
  ) -> PositiveMargins {
    let positives = listed.summary(temperature: temperature, workers: workers) {
      pairs.role(of: $1, for: $0) == .positive
    }
    var negatives = RowSoftmax(blocks, temperature: temperature)
    negatives.add(
      listed.summary(temperature: temperature, workers: workers) {
        pairs.role(of: $1, for: $0) == .negative
      }.softmax)
    return PositiveMargins(
      positives: positives.softmax, totals: positives.totals, counts: positives.counts,
      negatives: negatives, temperature: temperature)
  }

  /// Bytes of scratch an evaluation holds at most.
  ///
  /// That is beyond its inputs, its gradient, with a bank one copy of support and bank, what
  /// `FalseNegatives.find` holds, and 12 bytes for each false negative of each anchor (24 in the
  /// batch): that of its largest sweep, independent of the bank, and in the batch at most 64 MiB of
  /// similarities, as `NTXent.scratchBytes` says.
  ///
  /// - Parameters:
  ///   - anchors: V·N.
  ///   - bank: K, or 0.
  ///   - dimension: D.
  ///   - workers: the threads used.
  /// - Returns: the bytes.
  public static func scratchBytes(
    anchors: Int, bank: Int = 0, dimension: Int, workers: Workers = .all
  ) -> Int {
    let rectangle = TileGrid(rows: anchors, columns: anchors + bank).scratchBytes(
      dimension: dimension, accumulating: bank > 0, workers: workers)
    guard bank == 0 else { return rectangle }
    return max(
      rectangle,
      SymmetricGrid(rows: anchors).scratchBytes(workers: workers)
        + KeptTiles.bytes(SymmetricGrid(rows: anchors)))
  }
}

extension Optional<Matrix> {
  fileprivate mutating func add(
    _ listed: ListedPairs, columns: Matrix, _ workers: Workers,
    coefficient: @Sendable (Int, Int, Double) -> Double
  ) {
    guard var gradient = self else { return }
    self = nil
    listed.add(to: &gradient, columns: columns, workers: workers, coefficient: coefficient)
    self = gradient
  }
}
