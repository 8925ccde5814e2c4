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
  /// What becomes of false negatives.
  public enum Mode: String, CaseIterable, Sendable {
    /// They are positives.
    case attract
    /// They are excluded.
    case exclude = "eliminate"
    /// They are counted, and stay negatives.
    case none
  }

  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let search: FalseNegatives
  package let mode: Mode
  package let negatives: Negatives

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
    try negatives.validate(
      without: [.falseNegatives], in: "FNC, which has a search", use: "InfoNCE or NT-Xent")
    self.negatives = negatives
    self.temperature = temperature
    self.search = search
    self.mode = mode
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: with A = V·N anchors and M other columns, in the batch the similarity matrix is
  /// symmetric and each pair is computed once, A²·D floating-point operations for the loss and
  /// 3·A²·D more for the gradient; with a bank 4·A·(A + M)·D for both; the search besides. Scratch
  /// beyond `scratchBytes`: with a bank one copy of support and bank, what `FalseNegatives.find`
  /// holds, and 28 bytes for each false negative of each anchor.
  ///
  /// - Parameters:
  ///   - embeddings: [V·N × D], all images in the first view, then in the second, …
  ///   - views: V, at least 2.
  ///   - support: [V·N × D], in the same order; together with `bank`.
  ///   - bank: [K × D]; together with `support`. Its pairs are those of the V·N anchors.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the anchors, the gradient asked for, and how many false
  ///   negatives were found, each image's once.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`,
  ///   `.canceled`, and `.parameter` for a support without a bank or the reverse.
  public func evaluate(
    embeddings: Matrix, views: Int, support: Matrix? = nil, bank: (any Bank)? = nil,
    gradients: Set<EmbeddingVariable> = [.embeddings], workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<FNC> {
    let anchors = Operand("embeddings", embeddings)
    try requireShape(
      views > 1 && embeddings.rows.isMultiple(of: views), anchors.name,
      "\(views) views in \(embeddings.shape)", "at least 2 views, each with a row for every image")
    try anchors.requireRows()
    try anchors.requireFinite()
    let images = anchors.rows / views
    var contrast: Contrast
    var all = negatives
    switch (support, bank) {
    case (nil, nil):
      try negatives.validate(
        without: [.mixing], in: "FNC in the batch", use: "a bank: mixed rows are constants")
      contrast = Contrast(
        anchors, against: .anchors, temperature: temperature, excluding: [.diagonal])
    case (let support?, let bank?):
      let columns = try columns(anchors, support: Operand("support", support), bank: bank)
      contrast = Contrast(
        anchors, against: .others(columns.operand), temperature: temperature,
        excluding: [.diagonal] + columns.exclusions)
      all = try columns.adding(pairsTo: negatives)
    default:
      throw .parameter(
        name: support == nil ? "support" : "bank", found: "nothing",
        expected: "support and bank together, or neither")
    }
    contrast.roles = PairRoles(rows: anchors.rows) { anchor in
      (0..<views).lazy.map { $0 * images + anchor % images }.filter { $0 != anchor }
    }
    let known = Contrast.Support(
      embeddings: Operand("support", support ?? embeddings), images: images)
    var counts = NegativeCounts()
    let treatment = FalseNegativeTreatment(search, mode: mode == .exclude ? .exclude : .attract)
    if mode == .none {
      let found = try contrast.find(treatment, known, workers)
      counts.falseNegatives = found.reduce(0) { $0 + $1.count }
    } else {
      all.falseNegatives = treatment
    }
    counts.add(try contrast.choose(all, support: known, workers: workers))
    let value = try contrast.evaluate(
      ContrastGradients(anchors: gradients.contains(.embeddings)), workers: workers)
    return Evaluation(value, anchors: .embeddings, details: counts)
  }

  /// Support and bank as one.
  private func columns(
    _ anchors: Operand, support: Operand, bank: any Bank
  ) throws(ContrastiveError) -> BankColumns {
    let columns = bank.bankColumns
    try support.requireShape(of: anchors)
    try columns.require(of: anchors)
    try support.requireFinite()
    try columns.operand.requireFinite()
    let first = support.rows
    return BankColumns(
      Operand("support and bank", support.matrix.stacked(on: columns.operand.widened.matrix)),
      excluded: columns.excluded.map { first + $0 },
      pairs: try PairTerms(
        rows: columns.pairs.rows, columns: first + columns.operand.rows,
        pairs: columns.pairs.pairs.map {
          PairTerms.Pair(
            row: $0.row, column: first + $0.column, weight: $0.weight, target: $0.target)
        }))
  }

  /// The same of all inputs in one value.
  public func evaluate(
    _ inputs: (embeddings: Matrix, views: Int, support: Matrix?, bank: (any Bank)?),
    gradients: Set<EmbeddingVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<FNC> {
    try evaluate(
      embeddings: inputs.embeddings, views: inputs.views, support: inputs.support,
      bank: inputs.bank, gradients: gradients, workers: workers)
  }

  /// In the batch as `NTXent`; with a bank a tile for each worker, and sums of runs of tiles.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    guard shape.columns > 0 else { return shape.oneSetBytes(workers: workers) }
    let anchors = shape.rows * shape.views
    return RectanglePass.scratchBytes(
      rows: anchors, columns: anchors + shape.columns, dimension: shape.dimension, summing: true,
      workers: workers)
  }
}
