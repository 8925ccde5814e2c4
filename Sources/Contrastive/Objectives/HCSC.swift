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
/// that is not selected is left out, as in the paper, or stays with logit 0 and no gradient, as in
/// the authors' code. A query that selects nothing keeps its own column: that term is 0. Everything
/// but the queries is constant. Rows are used as given.
public struct HCSC: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries
  }

  /// What becomes of a column that is not selected.
  public enum Unselected: String, CaseIterable, Sendable {
    /// It takes no part.
    case exclude
    /// It stays in the denominator with logit 0.
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
    public let targets: PrototypeTargets
    /// Which bank rows are negatives of each query, [N × K].
    public let instances: SelectionMask
    /// Which of `targets.negatives` are negatives of each query, [N × r]; all without a mask.
    public let prototypes: SelectionMask?

    /// A level.
    public init(
      targets: PrototypeTargets, instances: SelectionMask, prototypes: SelectionMask? = nil
    ) {
      self.targets = targets
      self.instances = instances
      self.prototypes = prototypes
    }
  }

  /// Gradients for the queries.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the similarities with keys and bank.
  public let temperature: Double
  /// What becomes of a column that is not selected.
  public let unselected: Unselected
  /// How the levels' instance terms are put together.
  public let instanceLevels: Reduction
  /// Which of the selected bank rows are negatives of the instance terms, and how they count.
  public let negatives: Negatives

  /// An HCSC objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.2 is the authors'.
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
    try negatives.refuse(
      [.pairs], in: "HCSC, whose masks say which bank rows take part", expected: "InfoNCE")
    self.negatives = negatives
    self.temperature = temperature
    self.unselected = unselected
    self.instanceLevels = instanceLevels
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: 6·N·K·D floating-point operations for the bank, whatever the levels (4·N·K·D a
  /// level with `negatives`), and 4·N·r·D for the prototypes of each level. Scratch: that of
  /// `InfoNCE` and a copy of the N + r prototypes of a level.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [K × D], the negatives of the instance terms.
  ///   - levels: at least one.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss, the gradient asked for, and the count `unselected` of the masks' columns
  ///   left out, summed over rows and levels.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: Matrix, levels: [Level],
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let inputs = try BankInputs(queries: queries, keys: keys, bank: bank)
    guard !levels.isEmpty else { throw .empty(argument: "centroids.0") }
    for (index, level) in levels.enumerated() {
      try level.targets.require(of: inputs.queries, level: index)
      try level.instances.require(
        rows: queries.rows, columns: bank.rows, named: "instance-mask.\(index)")
      try level.prototypes?.require(
        rows: queries.rows, columns: level.targets.negatives.count,
        named: "prototype-mask.\(index)")
    }
    var (loss, leftOut) = (0.0, 0)
    var chosen: [String: Int] = [:]
    var gradient = inputs.gradient(gradients.contains(.queries))
    let share = 1 / Double(levels.count)
    let instanceWeight = instanceLevels == .mean ? share : 1
    if negatives.parts.isEmpty {
      try addInstances(
        inputs, levels.map(\.instances), weight: instanceWeight, to: &loss, gradient: &gradient,
        workers)
      leftOut += levels.reduce(0) { $0 + $1.instances.unselected.reduce(0, +) }
    }
    for (index, level) in levels.enumerated() {
      if !negatives.parts.isEmpty {
        var instance = inputs.term(temperature: temperature)
        leftOut += select(level.instances, in: &instance)
        let found = try instance.choose(
          negatives, support: ContrastTerm.Support(inputs.keys), workers: workers)
        chosen.merge(found, uniquingKeysWith: +)
        try instance.add(
          weight: instanceWeight, to: &loss, gradient: &gradient, workers: workers)
      }
      var prototype = level.targets.term(
        of: inputs.queries, among: level.targets.negatives, level: index)
      if let mask = level.prototypes { leftOut += select(mask, in: &prototype) }
      try prototype.add(weight: share, to: &loss, gradient: &gradient, workers: workers)
    }
    return Evaluation(
      loss: loss, gradients: gradient.map { [.queries: $0] } ?? [:],
      selected: chosen.merging(["unselected": leftOut]) { $1 })
  }

  /// The instance terms of all levels: one sweep for what they know of the bank, one for the
  /// gradient.
  private func addInstances(
    _ inputs: BankInputs, _ masks: [SelectionMask], weight: Double, to loss: inout Double,
    gradient: inout Matrix?, _ workers: Workers
  ) throws(ContrastiveError) {
    let sweep = TiledSweep(rows: inputs.queries, columns: inputs.bank)
    let blocks = try sweep.run(
      SeveralSoftmax(temperature: temperature, selections: masks.map { [.unselected($0)] }),
      accumulating: false, workers: workers
    ).blocks
    let positives = OwnPositives(inputs.queries.matrix, inputs.keys.matrix)
    let scale = weight / (Double(inputs.queries.rows) * temperature)
    var own = [Double](repeating: 0, count: inputs.queries.rows)
    var terms: [SoftmaxCoefficients] = []
    for (index, mask) in masks.enumerated() {
      let found = blocks.map { $0.softmaxes[index] }
      var statistics = NegativeStatistics(
        RowSoftmax(found, temperature: temperature), temperature: temperature)
      if unselected == .zero {
        for (row, count) in mask.unselected.enumerated() {
          statistics.add(0, count: Double(count), row: row)
        }
      }
      let margins = positives.margins(against: statistics)
      loss += weight * margins.meanLoss
      for row in own.indices {
        own[row] += scale * margins.positive(row, positives.similarities[row])
      }
      let side = margins.negativeSide(found.flatMap(\.maximum), scale: scale)
      terms.append(
        SoftmaxCoefficients(temperature: temperature, rows: side, excluding: [.unselected(mask)]))
    }
    guard gradient != nil else { return }
    let pushed = try sweep.run(
      CoefficientSum(terms), accumulating: true, workers: workers
    ).accumulated
    if let pushed { gradient?.addRows(of: pushed) { _ in 1 } }
    gradient?.addRows(of: inputs.keys.matrix) { Float(own[$0]) }
  }

  /// Leaves out what a mask does not select; returns how many entries that is.
  private func select(_ mask: SelectionMask, in term: inout ContrastTerm) -> Int {
    let counts = mask.unselected
    term.exclusions = [.unselected(mask)]
    if unselected == .zero { term.zeros = counts }
    return counts.reduce(0, +)
  }
}

extension SelectionMask {
  fileprivate func require(rows: Int, columns: Int, named name: String) throws(ContrastiveError) {
    guard self.rows == rows, self.columns == columns else {
      throw .shape(argument: name, found: shape, expected: "[\(rows) × \(columns)]")
    }
  }
}
