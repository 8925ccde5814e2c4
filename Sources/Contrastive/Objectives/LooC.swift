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
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries
  }

  /// Gradients for the queries.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the similarities.
  public let temperature: Double
  /// Which columns are negatives, and how they count.
  public let negatives: Negatives

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
    try negatives.refuse([], in: "LooC", expected: "")
    if case .given = negatives.mixing {
      throw .parameter(name: "mixing", found: "given mixes in LooC", expected: "drawn ones")
    }
    guard negatives.falseNegatives?.support == nil else {
      throw .parameter(name: "support", found: "one in LooC", expected: "each space's own keys")
    }
    self.temperature = temperature
    self.negatives = negatives
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: 4·B·S·K·D floating-point operations, S sweeps over a bank. Scratch: that of
  /// `InfoNCE` for B queries and one bank, and a copy of the queries.
  ///
  /// - Parameters:
  ///   - queries: [B·S × D]: image i in space s is row i·S + s.
  ///   - keys: [B·S·S × D]: view j of image i in space s is row (i·S + j)·S + s.
  ///   - banks: S of them, each [K × D]: the negatives of each space.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over images and spaces, and the gradient asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`.
  public func evaluate(
    queries: Matrix, keys: Matrix, banks: [Matrix],
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let (all, keyed) = (Operand("queries", queries), Operand("keys", keys))
    let spaces = banks.count
    try all.requireRows()
    guard spaces > 0 else { throw .bankNotFilled(argument: "bank") }
    guard queries.rows % spaces == 0 else {
      throw .shape(
        argument: all.name, found: queries.shape, expected: "a multiple of \(spaces) rows")
    }
    let images = queries.rows / spaces
    guard keys.rows == queries.rows * spaces, keys.columns == queries.columns else {
      throw .shape(
        argument: keyed.name, found: keys.shape,
        expected: "[\(queries.rows * spaces) × \(queries.columns)]")
    }
    try all.requireFinite()
    try keyed.requireFinite()

    let pairs = try negatives.pairs?.ofSpaces(spaces, rows: queries.rows)
    var loss = 0.0
    var chosen: [String: Int] = [:]
    var gradient =
      gradients.contains(.queries) ? Matrix(zeros: queries.rows, by: queries.columns) : nil
    for (space, bank) in banks.enumerated() {
      let bank = Operand(spaces == 1 ? "bank" : "bank[\(space)]", bank)
      guard bank.matrix.rows > 0 else { throw .bankNotFilled(argument: bank.name) }
      try bank.requireDimension(of: all)
      func key(_ image: Int, _ view: Int) -> Int { (image * spaces + view) * spaces + space }
      let places = (0..<images).map { $0 * spaces + space }
      var term = ContrastTerm(
        anchors: Operand(all.name, queries.rows(at: places)),
        own: keys.rows(at: (0..<images).map { key($0, space) }), columns: bank,
        temperature: temperature)
      if space > 0 {
        let others = (0..<spaces).filter { $0 != space }
        term.extras = [
          ListedColumns(
            name: keyed.name, source: keys,
            rows: (0..<images).map { image in others.map { key(image, $0) } })
        ]
      }
      var ofSpace = negatives
      ofSpace.pairs = pairs?[space]
      ofSpace.ring?.sample = negatives.ring?.sample?.rows(from: space, by: spaces)
      let found = try term.choose(
        ofSpace,
        support: ContrastTerm.Support(
          Operand(keyed.name, keys.rows(at: (0..<images).map { key($0, space) }))),
        workers: workers)
      chosen.merge(found, uniquingKeysWith: +)
      var part = gradient.map { Matrix(zeros: images, by: $0.columns) }
      try term.add(
        weight: 1 / Double(spaces), to: &loss, gradient: &part, workers: workers)
      if let part { gradient?.setRows(places, to: part) }
    }
    return Evaluation(
      loss: loss, gradients: gradient.map { [.queries: $0] } ?? [:], selected: chosen)
  }
}

extension PairTerms {
  /// The pairs of the rows that each space has: row i·S + s is row i of space s.
  fileprivate func ofSpaces(_ spaces: Int, rows: Int) throws(ContrastiveError) -> [PairTerms] {
    guard self.rows == rows else {
      throw .shape(argument: "pairs", found: "\(self.rows) rows", expected: "\(rows)")
    }
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
