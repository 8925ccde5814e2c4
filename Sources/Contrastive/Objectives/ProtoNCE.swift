/// ProtoNCE, the loss of PCL: InfoNCE with a bank, and each query finds its own prototype.
///
/// With c the prototypes of M clusterings, φ their concentrations and π_i query i's own prototype,
/// ```
/// loss = InfoNCE(queries, keys, bank)
///      + (1/M) Σ_m mean_i −log ( exp(⟨q_i, c_π_i⟩/φ_π_i) / Σ_columns exp(⟨q_i, c⟩/φ_c) )
/// columns of clustering m = the prototypes of all N queries, then the negatives
/// ```
/// Li et al., "Prototypical Contrastive Learning of Unsupervised Representations", ICLR 2021, eq.
/// 11, as the authors' code has it. A prototype that several queries share stands in several
/// columns; with `masksDuplicates` query i sees its own once, in column i. Everything but the
/// queries is constant. Without clusterings it is `InfoNCE`. Rows are used as given.
public struct ProtoNCE: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries
  }

  /// Gradients for the queries.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the similarities with keys and bank.
  public let temperature: Double
  /// Whether a column other than i that holds query i's own prototype is left out of row i.
  public let masksDuplicates: Bool
  /// Which bank rows are negatives of the instance term, and how they count.
  public let negatives: Negatives

  /// A ProtoNCE objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.2 is the authors' code's.
  ///   - masksDuplicates: `false` is the authors' code, which pushes a query from its own
  ///     prototype.
  ///   - negatives: which bank rows are negatives of the instance term.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.2, masksDuplicates: Bool = true, negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.refuse([], in: "ProtoNCE", expected: "")
    self.negatives = negatives
    self.temperature = temperature
    self.masksDuplicates = masksDuplicates
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: 4·N·K·D floating-point operations for the bank and 4·N·(N + r)·D for a clustering
  /// with r negatives. Scratch: that of `InfoNCE` and a copy of the 2N + r prototypes of a
  /// clustering.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [K × D], the negatives of the instance term.
  ///   - clusterings: the prototypes; may be empty.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss, the gradient asked for, and the count `masked` of columns left out as
  ///   duplicates, summed over rows and clusterings.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: Matrix, clusterings: [PrototypeTargets],
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let inputs = try BankInputs(queries: queries, keys: keys, bank: bank)
    for (level, targets) in clusterings.enumerated() {
      try targets.require(of: inputs.queries, level: level)
    }
    var (loss, masked) = (0.0, 0)
    var gradient = inputs.gradient(gradients.contains(.queries))
    let instance = try inputs.term(temperature: temperature, negatives, workers: workers)
    try instance.term.add(weight: 1, to: &loss, gradient: &gradient, workers: workers)
    for (level, targets) in clusterings.enumerated() {
      let columns = targets.assignments + targets.negatives
      var term = targets.term(of: inputs.queries, among: columns, level: level)
      if masksDuplicates {
        term.exclusions = [
          .sameLabel(rows: targets.assignments.map(Int32.init), columns: columns.map(Int32.init))
        ]
        var holders: [Int: Int] = [:]
        for column in columns { holders[column, default: 0] += 1 }
        masked += targets.assignments.reduce(0) { $0 + holders[$1, default: 1] - 1 }
      } else {
        term.exclusions = [.diagonal]
      }
      try term.add(
        weight: 1 / Double(clusterings.count), to: &loss, gradient: &gradient, workers: workers)
    }
    return Evaluation(
      loss: loss, gradients: gradient.map { [.queries: $0] } ?? [:],
      selected: instance.chosen.merging(masksDuplicates ? ["masked": masked] : [:]) { $1 })
  }
}
