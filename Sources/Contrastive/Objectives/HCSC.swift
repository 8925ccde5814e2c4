/// HCSC: InfoNCE and prototype contrast whose negatives are selected at each level of a hierarchy.
///
/// At each of L levels of prototypes a mask says which bank rows are negatives of which query, and
/// a mask may say which prototypes are.
/// ```
/// loss = mean or sum over levels of InfoNCE(queries, keys, the bank rows selected)
///      + (1/L) Σ_l mean_i −log ( e_own / (e_own + Σ_{negatives selected} exp(⟨q_i, c⟩/φ_c)) )
/// e_own = exp(⟨q_i, c_π_i⟩/φ_π_i),  π_i query i's own prototype at level l
/// ```
/// Guo et al., "HCSC: Hierarchical Contrastive Selective Coding", CVPR 2022, section 3.3. A column
/// that is not selected is excluded, as in the paper, or stays with logit 0 and no gradient, as in
/// the authors' code. A query that selects nothing keeps its positive alone: that term is 0.
/// Everything but the queries is constant. Rows are used as given.
public struct HCSC: Objective {
  /// What becomes of a column that is not selected.
  public enum Unselected: String, CaseIterable, Sendable {
    /// It is excluded.
    case exclude
    /// It stays in the softmax with logit 0.
    case zero
  }

  /// How the levels' instance terms are put together.
  public enum Reduction: String, CaseIterable, Sendable {
    /// The mean over the levels.
    case mean
    /// The sum over the levels, as in the authors' code.
    case sum
  }

  /// One level of the hierarchy.
  public struct Level: Sendable {
    /// The prototypes of the level.
    package let targets: PrototypeTargets
    /// Which bank rows are negatives of each query, [N × K].
    package let instances: SelectionMask
    /// Which of `targets.negatives` are negatives of each query, [N × r]; all without a mask.
    package let prototypes: SelectionMask?

    /// A level.
    public init(
      targets: PrototypeTargets, instances: SelectionMask, prototypes: SelectionMask? = nil
    ) {
      self.targets = targets
      self.instances = instances
      self.prototypes = prototypes
    }
  }

  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let unselected: Unselected
  package let instanceLevels: Reduction
  package let negatives: Negatives

  /// An HCSC objective.
  ///
  /// - Parameters:
  ///   - temperature: of keys and bank, 1e-6 … 1e6; 0.2 is the authors'.
  ///   - unselected: what becomes of a column that is not selected.
  ///   - instanceLevels: how the levels' instance terms are put together.
  ///   - negatives: which of the selected bank rows are negatives of the instance terms; no
  ///     `pairs`.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.2, unselected: Unselected = .exclude,
    instanceLevels: Reduction = .mean, negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.validate(
      without: [.pairs], in: "HCSC, whose masks say which bank rows count", use: "InfoNCE")
    self.negatives = negatives
    self.temperature = temperature
    self.unselected = unselected
    self.instanceLevels = instanceLevels
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: 6·N·K·D floating-point operations for the bank, whatever the levels (4·N·K·D a
  /// level with `negatives`), and 4·N·r·D for the prototypes of each level. Scratch
  /// beyond `scratchBytes`: a copy of the N + r prototypes of a level.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [K × D], the negatives of the instance terms.
  ///   - levels: at least one.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss, the gradient asked for, and how many columns the masks exclude, summed
  ///   over rows and levels.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`,
  ///   `.canceled`.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: any Bank, levels: [Level],
    gradients: Set<QueryVariable> = [.queries], workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<HCSC> {
    let problem = try BankProblem(queries, keys, bank)
    try check(levels, of: problem)
    let wanted = ContrastGradients(anchors: !gradients.isEmpty)
    let share = 1 / Double(levels.count)
    let weight = instanceLevels == .mean ? share : 1
    var (contrasts, chosen): ([Contrast], NegativeCounts) = ([], NegativeCounts(excluded: 0))
    for level in levels {
      var (contrast, _) = try problem.contrast(
        temperature: temperature, .all, later: negatives, workers: workers)
      select(level.instances, in: &contrast, &chosen, workers)
      let found = try contrast.choose(
        negatives, support: Contrast.Support(problem.keys), workers: workers)
      chosen.add(found)
      contrasts.append(contrast)
    }
    var value: ContrastValue
    if negatives.parts.isEmpty {
      value = try Contrast.sum(
        of: contrasts, weight: weight, anchors: wanted.anchors, workers: workers)
    } else {
      value = ContrastValue(zeros: problem.queries, wanted)
      for contrast in contrasts {
        value.add(try contrast.evaluate(wanted, workers: workers), times: weight)
      }
    }
    for (index, level) in levels.enumerated() {
      var contrast = level.targets.contrast(
        of: problem.queries, among: level.targets.negatives, level: index)
      if let mask = level.prototypes { select(mask, in: &contrast, &chosen, workers) }
      value.add(try contrast.evaluate(wanted, workers: workers), times: share)
    }
    return Evaluation(value, anchors: .queries, details: chosen)
  }

  private func check(_ levels: [Level], of problem: BankProblem) throws(ContrastiveError) {
    guard !levels.isEmpty else { throw .empty(argument: "centroids.0") }
    let rows = problem.queries.rows
    for (index, level) in levels.enumerated() {
      try level.targets.require(of: problem.queries, level: index)
      try level.instances.require(
        rows: rows, columns: problem.bank.operand.rows, named: "instance-mask.\(index)")
      try level.prototypes?.require(
        rows: rows, columns: level.targets.negatives.count, named: "prototype-mask.\(index)")
    }
  }

  /// Excludes what a mask does not select, and counts it: what would take part without the mask.
  private func select(
    _ mask: SelectionMask, in contrast: inout Contrast, _ counts: inout NegativeCounts,
    _ workers: Workers
  ) {
    let others = contrast.allExclusions
    contrast.exclusions.append(.mask(mask))
    var unselected = mask.unselected
    if !others.isEmpty {
      func left(_ exclusions: [Exclusion]) -> [Int] {
        exclusions.counts(
          rows: contrast.anchors.rows, columns: contrast.columns.rows, workers: workers)
      }
      unselected = zip(left(others), left(contrast.allExclusions)).map { $0 - $1 }
    }
    if self.unselected == .zero { contrast.zeros = unselected }
    counts.add(NegativeCounts(excluded: unselected.reduce(0, +)))
  }

  /// The same of all inputs in one value.
  public func evaluate(
    _ inputs: (queries: Matrix, keys: Matrix, bank: any Bank, levels: [Level]),
    gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<HCSC> {
    try evaluate(
      queries: inputs.queries, keys: inputs.keys, bank: inputs.bank, levels: inputs.levels,
      gradients: gradients, workers: workers)
  }
}

extension SelectionMask {
  fileprivate func require(rows: Int, columns: Int, named name: String) throws(ContrastiveError) {
    try requireShape(
      self.rows == rows && self.columns == columns, name, shape, "[\(rows) × \(columns)]")
  }
}
