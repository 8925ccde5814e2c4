import ArgumentParser
import Contrastive
import ContrastiveTensors

/// Options that choose negatives, for methods that have none of these of their own.
///
/// All are off unless given; what is off is no parameter of the report.
struct NegativeOptions: ParsableArguments {
  @OptionGroup var falseNegatives: FalseNegativeOptions
  @OptionGroup var ring: RingOption
  @OptionGroup var mixing: MixingOptions
  @OptionGroup var hardness: HardnessOptions

  var options: [String: JSONValue] {
    [falseNegatives.options, ring.options, mixing.options, hardness.options].joined()
  }
}

/// `--false-negatives-…`.
struct FalseNegativeOptions: ParsableArguments {
  @Option(help: "Search this many false negatives a row at most. (default: no search)")
  var falseNegativesTop: Int?

  @Option(help: "Search false negatives whose score is above this. (default: no search)")
  var falseNegativesAbove: Double?

  @Option(
    help: """
      How the similarities of several support views become a score: max or mean. (default: max)
      """)
  var falseNegativesAggregate: FalseNegatives.Aggregate?

  @Option(help: "What becomes of false negatives: attract or drop. (default: attract)")
  var falseNegativesMode: FalseNegativeTreatment.Mode?

  var options: [String: JSONValue] {
    given([
      "false-negatives-top": falseNegativesTop.map(JSONValue.integer),
      "false-negatives-above": falseNegativesAbove.map(JSONValue.number),
      "false-negatives-aggregate": falseNegativesAggregate.map { .text($0.rawValue) },
      "false-negatives-mode": falseNegativesMode.map { .text($0.rawValue) },
    ])
  }
}

/// `--mix…`.
struct MixingOptions: ParsableArguments {
  @Option(help: "Mixes of two hard bank rows for each query. (default: none)")
  var mix: Int?

  @Option(help: "Mixes of each query with a hard bank row. (default: none)")
  var mixQueries: Int?

  @Option(help: "How many of a query's nearest bank rows are hard. (default: 1024)")
  var mixHardest: Int?

  @Option(help: "Random seed of the draws. (default: 0)")
  var mixSeed: Int?

  @Option(help: "Number of the training step: each draws anew. (default: 0)")
  var mixStep: Int?

  var options: [String: JSONValue] {
    given([
      "mix": mix.map(JSONValue.integer), "mix-queries": mixQueries.map(JSONValue.integer),
      "mix-hardest": mixHardest.map(JSONValue.integer),
      "mix-seed": mixSeed.map(JSONValue.integer), "mix-step": mixStep.map(JSONValue.integer),
    ])
  }
}

/// `--beta`, `--tau-plus`, `--detach-weights`.
struct HardnessOptions: ParsableArguments {
  @Option(
    help: """
      Hard negatives weigh more: in proportion to exp(beta × similarity / temperature). (default: \
      all the same)
      """)
  var beta: Double?

  @Option(help: "The chance that a negative shows what the anchor shows. (default: 0)")
  var tauPlus: Double?

  @Flag(help: "No gradient passes through the weights of harder negatives.")
  var detachWeights = false

  var options: [String: JSONValue] {
    given([
      "beta": beta.map(JSONValue.number), "tau-plus": tauPlus.map(JSONValue.number),
      "detach-weights": detachWeights ? .flag(true) : nil,
    ])
  }
}

/// The options that are given.
func given(_ options: [String: JSONValue?]) -> [String: JSONValue] {
  options.compactMapValues(\.self)
}

extension FalseNegativeTreatment.Mode: ExpressibleByArgument {}

extension [[String: JSONValue]] {
  /// All of the parameters together.
  func joined() -> [String: JSONValue] {
    reduce(into: [:]) { $0.merge($1) { first, _ in first } }
  }
}
