import Contrastive
import ContrastiveTensors

/// Options that choose negatives, for methods that have none of these of their own.
///
/// All are off unless given; what is off takes no part.
package struct NegativeChoice: OptionReader {
  private let columns: ColumnChoice
  private let hardness: HardNegativeWeights?

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    columns = try ColumnChoice(&options)
    hardness = try HardNegativeWeights(&options)
  }

  /// What they say, with the pairs that the inputs name among so many rows and columns.
  func value(
    _ inputs: inout CallInputs, rows: Int, columns: Int
  ) throws(ContrastiveError) -> Negatives {
    let pairs = try inputs.pairs(rows: rows, columns: columns)
    return try self.columns.value(&inputs, rows: rows, pairs: pairs, hardness: hardness)
  }
}

/// Which columns count, by all options but those of weights.
private struct ColumnChoice {
  private let falseNegatives: FalseNegativeChoice?
  private let ring: RingChoice?
  private let mixing: Mixing?

  init(_ options: inout CallOptions) throws(ContrastiveError) {
    falseNegatives = try FalseNegativeChoice(&options)
    ring = try RingChoice(&options)
    mixing = try Mixing(&options)
  }

  /// With pairs that are singled out, and weights.
  func value(
    _ inputs: inout CallInputs, rows: Int, pairs: PairTerms? = nil, hardness: HardNegativeWeights?
  ) throws(ContrastiveError) -> Negatives {
    try Negatives(
      pairs: pairs, falseNegatives: falseNegatives?.value(&inputs),
      ring: ring?.value(inputs, rows: rows), mixing: mixing, hardness: hardness)
  }
}

/// The same options for the losses of `contrastive adapt`, of which some have weights themselves: a
/// weight that is not given stays the loss's own.
package struct AdapterNegativeChoice: OptionReader {
  private let columns: ColumnChoice
  private let weights: GivenWeights?

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    columns = try ColumnChoice(&options)
    weights = try GivenWeights(&options)
  }

  /// What they say of rows without any other tensors.
  ///
  /// - Parameter standard: the loss's own weights, for those that are not given.
  /// - Returns: the choice, with weights where one of them is given.
  /// - Throws: `ContrastiveError.parameter`.
  package func value(
    weights standard: (beta: Double, tauPlus: Double)
  ) throws(ContrastiveError) -> Negatives {
    var nothing = CallInputs(
      NoTensors(), normalizes: false, zeroRows: .refuse, workers: .one)
    return try columns.value(
      &nothing, rows: 0, hardness: weights?.value(besides: standard))
  }
}

/// A call's tensors where there are none.
private struct NoTensors: TensorSource {
  let name = "inputs"
  let tensorNames: Set<String> = []

  func mentions(_ name: String) -> Bool { false }

  func input(_ name: String) throws(ContrastiveError) -> InputTensor {
    throw .file(path: name, problem: "found no such tensor")
  }
}

/// `false-negatives-…`.
struct FalseNegativeChoice {
  private let search: FalseNegatives
  private let mode: FalseNegativeTreatment.Mode

  init?(_ options: inout CallOptions) throws(ContrastiveError) {
    let read = try options.group(in: .negatives) { options throws(ContrastiveError) in
      (
        top: try options.integer(
          "false-negatives-top", "Search this many false negatives a row at most.",
          otherwise: "no search"),
        threshold: try options.number(
          "false-negatives-above", "Search false negatives whose score is above this.",
          otherwise: "no search")
      )
    } besides: { options throws(ContrastiveError) in
      (
        aggregate: try options.choice(
          "false-negatives-aggregate", default: FalseNegatives.Aggregate.max,
          "How the similarities of several support views become a score: max or mean."),
        mode: try options.choice(
          "false-negatives-mode", default: FalseNegativeTreatment.Mode.attract,
          "What becomes of false negatives: attract or drop.")
      )
    }
    guard let (found, treatment) = read else { return nil }
    do {
      search = try FalseNegatives(
        topK: found.top ?? .max, threshold: found.threshold, aggregate: treatment.aggregate)
    } catch {
      throw error.naming(["top-k": "false-negatives-top", "threshold": "false-negatives-above"])
    }
    mode = treatment.mode
  }

  /// With the inputs' `support`, if there is one.
  func value(_ inputs: inout CallInputs) throws(ContrastiveError) -> FalseNegativeTreatment {
    FalseNegativeTreatment(
      search, mode: mode,
      support: inputs.has("support") ? try inputs.embeddings("support", axes: 3).rows : nil)
  }
}

extension Mixing {
  /// `mix…`.
  package init?(_ options: inout CallOptions) throws(ContrastiveError) {
    let read = try options.group(in: .negatives) { options throws(ContrastiveError) in
      (
        pairs: try options.integer(
          "mix", default: 0, "Mixes of two hard bank rows for each query.", otherwise: "none"),
        queryPairs: try options.integer(
          "mix-queries", default: 0, "Mixes of each query with a hard bank row.",
          otherwise: "none")
      )
    } besides: { options throws(ContrastiveError) in
      (
        hardest: try options.integer(
          "mix-hardest", default: 1024, "How many of a query's nearest bank rows are hard."),
        seed: try options.seed("mix-seed", "Random seed of the draws."),
        step: try options.seed("mix-step", "Number of the training step: each draws anew.")
      )
    }
    guard let (counts, draws) = read else { return nil }
    do {
      let mixing = try HardNegativeMixing(
        hardest: draws.hardest, pairs: counts.pairs, queryPairs: counts.queryPairs,
        seed: draws.seed)
      self = .drawn(mixing, step: draws.step)
    } catch {
      throw error.naming(["pairs": "mix", "queryPairs": "mix-queries", "hardest": "mix-hardest"])
    }
  }
}

/// What help says of the weights of negatives.
private enum WeightHelp {
  static let beta =
    "Hard negatives weigh more: in proportion to exp(beta × similarity / temperature)."
  static let tauPlus = "The chance that a negative shows what the anchor shows."
  static let detached = "No gradient passes through the weights of harder negatives."
}

/// `beta`, `tau-plus`, `detach-weights` as they are given, for losses that differ in what they are
/// otherwise.
private struct GivenWeights {
  private let beta: Double?
  private let tauPlus: Double?
  private let isDetached: Bool

  init?(_ options: inout CallOptions) throws(ContrastiveError) {
    let read = try options.group(in: .negatives) { options throws(ContrastiveError) in
      (
        beta: try options.number("beta", WeightHelp.beta, otherwise: "1 of hcl, else 0"),
        tauPlus: try options.number(
          "tau-plus", WeightHelp.tauPlus, otherwise: "0.1 of hcl and dcl, else 0"),
        isDetached: try options.flag("detach-weights", WeightHelp.detached)
      )
    } besides: { _ in
    }
    guard let (given, _) = read else { return nil }
    (beta, tauPlus, isDetached) = (given.beta, given.tauPlus, given.isDetached)
    guard beta != nil || tauPlus != nil || isDetached else { return nil }
  }

  /// The weights, those that are not given as a loss has them.
  ///
  /// Throws `ContrastiveError.parameter`, also where there are no weights to detach.
  func value(
    besides standard: (beta: Double, tauPlus: Double)
  ) throws(ContrastiveError) -> HardNegativeWeights {
    if beta == nil, tauPlus == nil, standard == (0, 0) {
      throw .parameter(
        name: "detach-weights", found: "true", expected: "none without beta or tau-plus")
    }
    return try HardNegativeWeights(
      beta: beta ?? standard.beta, tauPlus: tauPlus ?? standard.tauPlus, detached: isDetached)
  }
}

extension HardNegativeWeights {
  /// `beta`, `tau-plus`, `detach-weights`.
  package init?(_ options: inout CallOptions) throws(ContrastiveError) {
    let read = try options.group(in: .negatives) { options throws(ContrastiveError) in
      (
        beta: try options.number(
          "beta", default: 0, WeightHelp.beta, otherwise: "all the same"),
        tauPlus: try options.number("tau-plus", default: 0, WeightHelp.tauPlus)
      )
    } besides: { options throws(ContrastiveError) in
      try options.flag("detach-weights", WeightHelp.detached)
    }
    guard let (weights, isDetached) = read else { return nil }
    try self.init(beta: weights.beta, tauPlus: weights.tauPlus, detached: isDetached)
  }
}
