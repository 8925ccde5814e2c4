/// LooC: one embedding space for each augmentation that must not be forgotten, and one for none.
///
/// With S spaces (S − 1 augmentations), q_s the query in space s, k_js key view j in space s and
/// e(a, b) = exp(⟨a, b⟩/temperature),
/// ```
/// loss = mean over images and spaces of
///        −log e(q_s, k_ss) / ( e(q_s, k_ss) + Σ_{bank row b of s} e(q_s, b) + own views )
/// own views = 0 for s = 0,  Σ_{j ≠ s} e(q_s, k_js) for s ≥ 1
/// ```
/// Key view 0 shares no augmentation with the query, key view s only augmentation s: in space s the
/// other views of the same image are negatives. Xiao et al., "What Should Not Be Contrastive in
/// Contrastive Learning", ICLR 2021, eqs. 2–3. With S = 1 it is `InfoNCE` with a bank. Keys and
/// banks are constants. Rows are used as given.
public struct LooC: Objective {
  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let negatives: Negatives

  /// A LooC objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.2 is the paper's.
  ///   - negatives: which bank rows are negatives, in each space. `pairs` name a row of the queries
  ///     and a row of its space's bank; mixes and a support cannot be given, as each space has its
  ///     own.
  /// - Throws: `ContrastiveError.parameter`.
  public init(temperature: Double = 0.2, negatives: Negatives = .all) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.validate(in: "LooC")
    if case .given = negatives.mixing {
      throw .parameter(name: "mixing", found: "given mixes in LooC", expected: "drawn ones")
    }
    try requireParameter(
      negatives.falseNegatives?.support == nil, "support", "one in LooC", "each space's own keys")
    self.temperature = temperature
    self.negatives = negatives
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: 4·B·S·K·D floating-point operations, S passes over a bank. Scratch: that of
  /// `InfoNCE` for B queries and one bank, and a copy of the queries.
  ///
  /// - Parameters:
  ///   - queries: [B·S × D]: image i in space s is row i·S + s.
  ///   - keys: [B·S·S × D]: view j of image i in space s is row (i·S + j)·S + s.
  ///   - banks: S of them, each [K × D]: the negatives of each space.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over images and spaces, and the gradient asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`,
  ///   `.canceled`.
  public func evaluate(
    queries: Matrix, keys: Matrix, banks: [any Bank],
    gradients: Set<QueryVariable> = [.queries], workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<LooC> {
    let spaces = try Spaces(queries, keys, count: banks.count)
    let pairs = try negatives.pairs?.ofSpaces(spaces.count, rows: queries.rows)
    let wanted = ContrastGradients(anchors: !gradients.isEmpty)
    var value = ContrastValue(zeros: spaces.queries, wanted)
    var chosen = NegativeCounts()
    for (space, bank) in banks.enumerated() {
      var ofSpace = negatives
      ofSpace.pairs = pairs?[space]
      ofSpace.ring?.sample = negatives.ring?.sample?.rows(from: space, by: spaces.count)
      let columns = bank.bankColumns.named(spaces.count == 1 ? "bank" : "bank[\(space)]")
      try columns.require(of: spaces.queries)
      let own = spaces.ownKeys(space)
      var contrast = Contrast(
        Operand("queries", queries.rows(at: spaces.rows(space))), paired: own,
        against: .others(columns.operand(for: ofSpace)), temperature: temperature,
        excluding: columns.exclusions)
      contrast.extras = spaces.otherViews(space)
      chosen.add(
        try contrast.choose(
          columns.adding(pairsTo: ofSpace), support: Contrast.Support(Operand("keys", own)),
          workers: workers))
      let part = try contrast.evaluate(wanted, workers: workers)
      let share = 1 / Double(spaces.count)
      for (row, loss) in zip(spaces.rows(space), part.losses) { value.losses[row] = loss }
      // A row has a term of one space alone, so that the sum over spaces is more than enough.
      value.errorBound = ErrorBound.sum(value.errorBound, part.errorBound, times: share)
      if var gradient = part.anchors {
        gradient.scaleRows { _ in Float(share) }
        value.anchors?.setRows(spaces.rows(space), to: gradient)
      }
    }
    return Evaluation(value, anchors: .queries, details: chosen)
  }

  /// The same of all inputs in one value.
  public func evaluate(
    _ inputs: (queries: Matrix, keys: Matrix, banks: [any Bank]), gradients: Set<QueryVariable>,
    workers: Workers
  ) throws(ContrastiveError) -> Evaluation<LooC> {
    try evaluate(
      queries: inputs.queries, keys: inputs.keys, banks: inputs.banks, gradients: gradients,
      workers: workers)
  }
}

/// Queries and keys of B images in S spaces, checked.
private struct Spaces {
  let queries: Operand
  let keys: Matrix
  /// S.
  let count: Int

  init(_ queries: Matrix, _ keys: Matrix, count: Int) throws(ContrastiveError) {
    self.queries = Operand("queries", queries)
    self.keys = keys
    self.count = count
    let keyed = Operand("keys", keys)
    try self.queries.requireRows()
    guard count > 0 else { throw .bankNotFilled(argument: "bank") }
    try requireShape(
      queries.rows % count == 0, "queries", queries.shape, "a multiple of \(count) rows")
    try requireShape(
      keys.rows == queries.rows * count && keys.columns == queries.columns, keyed.name, keys.shape,
      "[\(queries.rows * count) × \(queries.columns)]")
    try self.queries.requireFinite()
    try keyed.requireFinite()
  }

  private var images: Range<Int> { 0..<(queries.rows / count) }

  /// Rows of the queries in a space.
  func rows(_ space: Int) -> [Int] { images.map { $0 * count + space } }

  private func key(_ image: Int, _ view: Int, _ space: Int) -> Int {
    (image * count + view) * count + space
  }

  /// Each image's key in a space.
  func ownKeys(_ space: Int) -> Matrix { keys.rows(at: images.map { key($0, space, space) }) }

  /// Each image's other views, which are negatives in all spaces but the first.
  func otherViews(_ space: Int) -> [any RowColumns] {
    guard space > 0 else { return [] }
    let others = (0..<count).filter { $0 != space }
    return [
      ListedColumns(
        name: "keys", source: keys,
        rows: images.map { image in others.map { key(image, $0, space) } })
    ]
  }
}

extension PairTerms {
  /// The pairs of the rows that each space has: row i·S + s is row i of space s.
  fileprivate func ofSpaces(_ spaces: Int, rows: Int) throws(ContrastiveError) -> [PairTerms] {
    try requireShape(self.rows == rows, "pairs", "\(self.rows) rows", "\(rows)")
    var terms: [PairTerms] = []
    for space in 0..<spaces {
      let own = pairs.filter { $0.row % spaces == space }.map {
        Pair(row: $0.row / spaces, column: $0.column, weight: $0.weight, target: $0.target)
      }
      terms.append(try PairTerms(rows: rows / spaces, columns: columns, pairs: own))
    }
    return terms
  }
}
