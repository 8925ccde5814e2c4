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
  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let masksDuplicates: Bool
  package let negatives: Negatives

  /// A ProtoNCE objective.
  ///
  /// - Parameters:
  ///   - temperature: of keys and bank, 1e-6 … 1e6; 0.2 is the authors' code's.
  ///   - masksDuplicates: whether a column other than i that holds query i's own prototype is
  ///     excluded from row i; `false` is the authors' code, which pushes a query from its own
  ///     prototype.
  ///   - negatives: which bank rows are negatives of the instance term.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.2, masksDuplicates: Bool = true, negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.validate(in: "ProtoNCE")
    self.negatives = negatives
    self.temperature = temperature
    self.masksDuplicates = masksDuplicates
  }

  /// The loss and its exact gradient.
  ///
  /// Complexity: 4·N·K·D floating-point operations for the bank and 4·N·(N + r)·D for a clustering
  /// with r negatives. Scratch beyond `scratchBytes`: a copy of the 2N + r prototypes
  /// of a clustering.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [K × D], the negatives of the instance term.
  ///   - clusterings: the prototypes; may be empty.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss, the gradient asked for, and how many columns were excluded as duplicates,
  ///   summed over rows and clusterings.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`,
  ///   `.canceled`.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: any Bank, clusterings: [PrototypeTargets],
    gradients: Set<QueryVariable> = [.queries], workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<ProtoNCE> {
    let problem = try BankProblem(queries, keys, bank)
    for (level, targets) in clusterings.enumerated() {
      try targets.require(of: problem.queries, level: level)
    }
    let wanted = ContrastGradients(anchors: !gradients.isEmpty)
    let (instance, found) = try problem.contrast(
      temperature: temperature, negatives, workers: workers)
    var chosen = found
    var value = try instance.evaluate(wanted, workers: workers)
    for (level, targets) in clusterings.enumerated() {
      let columns = targets.assignments + targets.negatives
      var contrast = targets.contrast(of: problem.queries, among: columns, level: level)
      if masksDuplicates {
        contrast.exclusions = [
          .sameLabel(rows: targets.assignments.map(Int32.init), columns: columns.map(Int32.init))
        ]
        chosen.add(NegativeCounts(excluded: targets.duplicates(among: columns)))
      } else {
        contrast.exclusions = [.diagonal]
      }
      value.add(
        try contrast.evaluate(wanted, workers: workers), times: 1 / Double(clusterings.count))
    }
    return Evaluation(value, anchors: .queries, details: chosen)
  }

  /// The same of all inputs in one value.
  public func evaluate(
    _ inputs: (queries: Matrix, keys: Matrix, bank: any Bank, clusterings: [PrototypeTargets]),
    gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<ProtoNCE> {
    try evaluate(
      queries: inputs.queries, keys: inputs.keys, bank: inputs.bank,
      clusterings: inputs.clusterings, gradients: gradients, workers: workers)
  }
}
