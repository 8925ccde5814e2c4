import Contrastive

/// The loss that a head is trained by: any of InfoNCE's shape.
public struct AdapterLoss: Sendable {
  /// The objective.
  public enum Name: String, CaseIterable, Sendable, Codable {
    /// Each query must find its document among the others of the batch.
    case infonce
    /// The mean of that and of the same from documents to queries.
    case clip
    /// Both sides of the batch are anchors, and both are negatives.
    case ntxent
    /// The same with harder negatives weighing more, and debiased.
    case hcl
    /// The same, debiased.
    case dcl
    /// The same without the own document in the denominator.
    case decoupled
    /// The same with false negatives searched and attracted, or dropped.
    case fnc
    /// Each pair is judged by itself.
    case siglip
  }

  /// The objective.
  public var name: Name
  /// Its temperature.
  public var temperature: Double
  /// Which columns are negatives, and how they count.
  ///
  /// Seeded draws are made anew in each step of a training: its number, from 0, is added to the
  /// step that is given here.
  public var negatives: Negatives
  /// The weights of `hcl` and `dcl`; those of `dcl` have beta 0.
  public var weights: HardNegativeWeights
  /// The search of `fnc`.
  public var search: FalseNegatives
  /// Added to the logits of `siglip`.
  public var bias: Double

  /// A loss.
  ///
  /// - Parameters:
  ///   - name: the objective.
  ///   - temperature: 1e-6 … 1e6.
  ///   - negatives: which columns are negatives, and how they count; not of `siglip`.
  ///   - weights: of `hcl`, and of `dcl` with beta 0; nil for the authors' defaults.
  ///   - search: of `fnc`; nil for the authors' defaults.
  ///   - bias: of `siglip`.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    _ name: Name = .infonce, temperature: Double = 0.05, negatives: Negatives = .all,
    weights: HardNegativeWeights? = nil, search: FalseNegatives? = nil, bias: Double = -10
  ) throws(ContrastiveError) {
    self.name = name
    self.temperature = temperature
    self.negatives = negatives
    if let weights {
      self.weights = weights
    } else {
      let standard = (name == .dcl ? name : .hcl).standardWeights
      self.weights = try HardNegativeWeights(beta: standard.beta, tauPlus: standard.tauPlus)
    }
    if let search { self.search = search } else { self.search = try FalseNegatives() }
    self.bias = bias
    try requireParameter(
      name != .siglip || negatives.parts.isEmpty, "loss", "siglip with a choice of negatives",
      "another loss: of siglip each pair stands by itself")
    _ = try evaluate(
      Batch(queries: Matrix(zeros: 0, by: 1), documents: Matrix(zeros: 0, by: 1)),
      gradients: (false, false), workers: .one, isProbe: true)
  }

  /// A loss of negatives that are chosen, of which it takes itself what is its own: `hcl` and `dcl`
  /// the weights, `fnc` the search.
  ///
  /// - Throws: `ContrastiveError.parameter`.
  package init(
    _ name: Name, temperature: Double, choosing negatives: Negatives, bias: Double
  ) throws(ContrastiveError) {
    var others = negatives
    try requireParameter(
      name != .fnc || negatives.falseNegatives?.mode != .exclude, "false-negatives-mode",
      "fnc, which attracts", "another loss to drop them, such as ntxent")
    if name.hasWeights { others.hardness = nil }
    if name == .fnc { others.falseNegatives = nil }
    try self.init(
      name, temperature: temperature, negatives: others,
      weights: name.hasWeights ? negatives.hardness : nil,
      search: name == .fnc ? negatives.falseNegatives?.search : nil, bias: bias)
  }

  /// The weights that negatives have; nil where they count alike.
  package var weightsInUse: HardNegativeWeights? {
    name.hasWeights ? weights : negatives.hardness
  }

  /// What the loss is evaluated on, all unit rows.
  struct Batch {
    var queries: Matrix
    /// Row i is query i's own.
    var documents: Matrix
    /// Further documents that are negatives of all queries but as `terms` say.
    var bank: Matrix?
    /// Columns that are no negatives of a row: of the bank if there is one, else of the documents.
    var terms: PairTerms?
    /// How many steps there were before: seeded draws of negatives differ from theirs.
    var step: UInt64 = 0
  }

  /// A value with its gradients.
  struct Value {
    var loss: Double
    var queries: Matrix?
    var documents: Matrix?
    var bank: Matrix?
  }

  /// The loss of a batch and its gradients.
  func evaluate(
    _ batch: Batch, gradients: (queries: Bool, documents: Bool), workers: Workers,
    isProbe: Bool = false
  ) throws(ContrastiveError) -> Value {
    var chosen = negatives
    if let terms = batch.terms, !terms.pairs.isEmpty { chosen.pairs = terms }
    if case .drawn(let mixing, step: let first)? = chosen.mixing {
      chosen.mixing = .drawn(mixing, step: first &+ batch.step)
    }
    if let sample = chosen.ring?.sample { chosen.ring?.sample = sample.moved(by: batch.step) }
    switch name {
    case .infonce, .clip:
      let objective = try InfoNCE(
        temperature: temperature, symmetric: name == .clip, negatives: chosen)
      if isProbe { return Value(loss: 0) }
      var wanted: Set<InfoNCE.Variable> = []
      if gradients.queries { wanted.insert(.queries) }
      if gradients.documents {
        wanted.insert(.keys)
        if batch.bank != nil { wanted.insert(.bank) }
      }
      let found = try objective.evaluate(
        queries: batch.queries, keys: batch.documents, bank: batch.bank, gradients: wanted,
        workers: workers)
      return Value(
        loss: found.loss, queries: found[.queries], documents: found[.keys], bank: found[.bank])
    case .siglip:
      let objective = try SigLIP(temperature: temperature, bias: bias)
      if isProbe { return Value(loss: 0) }
      var wanted: Set<SigLIP.Variable> = []
      if gradients.queries { wanted.insert(.queries) }
      if gradients.documents { wanted.insert(.keys) }
      let found = try objective.evaluate(
        queries: batch.queries, keys: batch.documents, gradients: wanted, workers: workers)
      return Value(loss: found.loss, queries: found[.queries], documents: found[.keys])
    case .ntxent:
      return try views(
        NTXent(temperature: temperature, negatives: chosen), batch, gradients, workers, isProbe)
    case .hcl, .dcl:
      try requireParameter(
        name == .hcl || weights.beta == 0, "beta", "dcl", "hcl, whose harder negatives weigh more")
      return try views(
        HCL(temperature: temperature, weights: weights, negatives: chosen), batch, gradients,
        workers, isProbe)
    case .decoupled:
      return try views(
        Decoupled(temperature: temperature, negatives: chosen), batch, gradients, workers, isProbe)
    case .fnc:
      let objective = try FNC(temperature: temperature, search: search, negatives: chosen)
      if isProbe { return Value(loss: 0) }
      let count = batch.queries.rows
      let found = try objective.evaluate(
        embeddings: batch.queries.stacked(on: batch.documents), views: 2, workers: workers)
      return Value(
        loss: found.loss, queries: found[.embeddings].map { $0.rows(0..<count) },
        documents: found[.embeddings].map { $0.rows(count..<(2 * count)) })
    }
  }

  private func views<Objective: PairedViewObjective>(
    _ objective: Objective, _ batch: Batch, _ gradients: (queries: Bool, documents: Bool),
    _ workers: Workers, _ isProbe: Bool
  ) throws(ContrastiveError) -> Value {
    if isProbe { return Value(loss: 0) }
    var wanted: Set<ViewVariable> = []
    if gradients.queries { wanted.insert(.view1) }
    if gradients.documents { wanted.insert(.view2) }
    let found = try objective.evaluate(
      view1: batch.queries, view2: batch.documents, gradients: wanted, workers: workers)
    return Value(loss: found.loss, queries: found[.view1], documents: found[.view2])
  }

  /// Whether the loss takes columns beyond the batch.
  var takesBank: Bool { name == .infonce }
  /// The fewest pairs that a batch may have.
  var leastPairs: Int {
    switch name {
    case .infonce, .clip, .ntxent, .fnc, .siglip: 1
    case .hcl, .dcl, .decoupled: 2
    }
  }
  /// Whether both sides of a batch are anchors and columns.
  var isOfViews: Bool {
    switch name {
    case .infonce, .clip, .siglip: false
    case .ntxent, .hcl, .dcl, .decoupled, .fnc: true
    }
  }
}

extension AdapterLoss.Name {
  /// The weights of negatives where none are named: the authors' of the losses that have some
  /// themselves, none of the others.
  package var standardWeights: (beta: Double, tauPlus: Double) {
    switch self {
    case .hcl: (1, 0.1)
    case .dcl: (0, 0.1)
    case .infonce, .clip, .ntxent, .decoupled, .fnc, .siglip: (0, 0)
    }
  }

  /// Whether the loss has weights of negatives itself.
  fileprivate var hasWeights: Bool { self == .hcl || self == .dcl }
}
