import Contrastive
import ContrastiveTensors

/// Options that choose negatives, for methods that have none of these of their own.
///
/// All are off unless given; what is off takes no part.
package struct NegativeChoice {
  private let falseNegatives: FalseNegativeChoice?
  private let ring: RingChoice?
  private let mixing: Mixing?
  private let hardness: HardNegativeWeights?

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    falseNegatives = try FalseNegativeChoice(&options)
    ring = try RingChoice(&options)
    mixing = try Mixing(&options)
    hardness = try HardNegativeWeights(&options)
  }

  /// What they say of rows without any other tensors.
  package func value() throws(ContrastiveError) -> Negatives {
    var nothing = CallInputs(
      NoTensors(), normalizes: false, zeroRows: .refuse, workers: .one)
    return try value(&nothing, rows: 0, columns: 0)
  }

  /// What they say, with the pairs that the inputs name among so many rows and columns.
  func value(
    _ inputs: inout CallInputs, rows: Int, columns: Int
  ) throws(ContrastiveError) -> Negatives {
    try Negatives(
      pairs: inputs.pairs(rows: rows, columns: columns),
      falseNegatives: falseNegatives?.value(&inputs), ring: ring?.value(inputs), mixing: mixing,
      hardness: hardness)
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
    guard
      try options.has(
        any: ["false-negatives-top", "false-negatives-above"],
        besides: ["false-negatives-aggregate", "false-negatives-mode"])
    else { return nil }
    let top = try options.integer("false-negatives-top")
    let threshold = try options.number("false-negatives-above")
    if let top { options.note("false-negatives-top", .integer(top)) }
    if let threshold { options.note("false-negatives-above", .number(threshold)) }
    search = try FalseNegatives(
      topK: top ?? .max, threshold: threshold,
      aggregate: options.choice("false-negatives-aggregate", default: .max))
    mode = try options.choice("false-negatives-mode", default: .attract)
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
    guard
      try options.has(
        any: ["mix", "mix-queries"], besides: ["mix-hardest", "mix-seed", "mix-step"])
    else { return nil }
    let mixing = try HardNegativeMixing(
      hardest: options.integer("mix-hardest", default: 1024),
      pairs: options.integer("mix", default: 0),
      queryPairs: options.integer("mix-queries", default: 0),
      seed: options.seed("mix-seed"))
    self = .drawn(mixing, step: try options.seed("mix-step"))
  }
}

extension HardNegativeWeights {
  /// `beta`, `tau-plus`, `detach-weights`.
  package init?(_ options: inout CallOptions) throws(ContrastiveError) {
    guard try options.has(any: ["beta", "tau-plus"], besides: ["detach-weights"]) else {
      return nil
    }
    try self.init(
      beta: options.number("beta", default: 0), tauPlus: options.number("tau-plus", default: 0),
      detached: options.flag("detach-weights"))
  }
}

extension CallOptions {
  /// A seed, or a step that names draws.
  package mutating func seed(_ name: String) throws(ContrastiveError) -> UInt64 {
    UInt64(bitPattern: Int64(try integer(name, default: 0)))
  }
}
