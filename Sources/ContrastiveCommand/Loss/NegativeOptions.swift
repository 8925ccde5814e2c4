import ArgumentParser
import Contrastive
import ContrastiveFiles

/// Options that choose negatives, for methods that have none of these of their own.
///
/// All are off unless given; what is off is no parameter of the report.
package struct NegativeOptions: ParsableArguments {
  @OptionGroup var falseNegatives: FalseNegativeOptions
  @OptionGroup var ring: RingOption
  @OptionGroup var mixing: MixingOptions
  @OptionGroup var hardness: HardnessOptions

  package init() {}

  var parameters: [String: JSONValue] {
    [falseNegatives.parameters, ring.parameters, mixing.parameters, hardness.parameters].joined()
  }

  /// What they say, with the pairs that the file names among so many rows and columns.
  package func value(
    _ inputs: inout LossInputs, rows: Int, columns: Int
  ) throws -> Negatives {
    try Negatives(
      pairs: inputs.pairs(rows: rows, columns: columns),
      falseNegatives: falseNegatives.value(&inputs), ring: ring.value(inputs),
      mixing: mixing.value(), hardness: hardness.value())
  }
}

/// `--false-negatives-…`.
package struct FalseNegativeOptions: ParsableArguments {
  @Option(help: "Search this many false negatives a row at most.")
  var falseNegativesTop: Int?

  @Option(help: "Search false negatives whose score is above this.")
  var falseNegativesAbove: Double?

  @Option(help: "How the similarities of several support views become a score: max or mean.")
  var falseNegativesAggregate: FalseNegatives.Aggregate = .max

  @Option(help: "What becomes of false negatives: attract or drop.")
  var falseNegativesMode: FalseNegativeTreatment.Mode = .attract

  package init() {}

  private var isGiven: Bool { falseNegativesTop != nil || falseNegativesAbove != nil }

  var parameters: [String: JSONValue] {
    guard isGiven else { return [:] }
    var parameters: [String: JSONValue] = [
      "false-negatives-aggregate": .text(falseNegativesAggregate.rawValue),
      "false-negatives-mode": .text(falseNegativesMode.rawValue),
    ]
    parameters["false-negatives-top"] = falseNegativesTop.map { .integer($0) }
    parameters["false-negatives-above"] = falseNegativesAbove.map { .number($0) }
    return parameters
  }

  /// With the file's `support`, if there is one.
  func value(_ inputs: inout LossInputs) throws -> FalseNegativeTreatment? {
    guard isGiven else { return nil }
    let search = try FalseNegatives(
      topK: falseNegativesTop ?? .max, threshold: falseNegativesAbove,
      aggregate: falseNegativesAggregate)
    return FalseNegativeTreatment(
      search, mode: falseNegativesMode,
      support: inputs.has("support") ? try inputs.embeddings("support", axes: 3).rows : nil)
  }
}

/// `--mix…`.
package struct MixingOptions: ParsableArguments {
  @Option(help: "Mixes of two hard bank rows for each query.")
  var mix: Int?

  @Option(help: "Mixes of each query with a hard bank row.")
  var mixQueries: Int?

  @Option(help: "How many of a query's nearest bank rows are hard.")
  var mixHardest: Int = 1024

  @Option(help: "Random seed of the draws.")
  var mixSeed: Int = 0

  @Option(help: "Names the draws of this call.")
  var mixStep: Int = 0

  package init() {}

  private var isGiven: Bool { mix != nil || mixQueries != nil }

  var parameters: [String: JSONValue] {
    guard isGiven else { return [:] }
    return [
      "mix": .integer(mix ?? 0), "mix-queries": .integer(mixQueries ?? 0),
      "mix-hardest": .integer(mixHardest), "mix-seed": .integer(mixSeed),
      "mix-step": .integer(mixStep),
    ]
  }

  func value() throws -> Mixing? {
    guard isGiven else { return nil }
    return .drawn(
      try HardNegativeMixing(
        hardest: mixHardest, pairs: mix ?? 0, queryPairs: mixQueries ?? 0,
        seed: UInt64(bitPattern: Int64(mixSeed))), step: UInt64(bitPattern: Int64(mixStep)))
  }
}

/// `--beta`, `--tau-plus`, `--detach-weights`.
package struct HardnessOptions: ParsableArguments {
  @Option(help: "How much harder negatives weigh more.")
  var beta: Double?

  @Option(help: "The chance that a negative shows the same thing as the anchor.")
  var tauPlus: Double?

  @Flag(help: "No gradient passes through the weights of harder negatives.")
  var detachWeights = false

  package init() {}

  private var isGiven: Bool { beta != nil || tauPlus != nil }

  var parameters: [String: JSONValue] {
    guard isGiven else { return [:] }
    return [
      "beta": .number(beta ?? 0), "tau-plus": .number(tauPlus ?? 0),
      "detach-weights": .flag(detachWeights),
    ]
  }

  func value() throws -> HardNegativeWeights? {
    guard isGiven else { return nil }
    return try HardNegativeWeights(
      beta: beta ?? 0, tauPlus: tauPlus ?? 0, detached: detachWeights)
  }
}

extension FalseNegativeTreatment.Mode: ExpressibleByArgument {}

extension [[String: JSONValue]] {
  /// All of the parameters together.
  func joined() -> [String: JSONValue] {
    reduce(into: [:]) { $0.merge($1) { first, _ in first } }
  }
}
