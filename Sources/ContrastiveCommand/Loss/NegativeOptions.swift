import ArgumentParser
import Contrastive
import ContrastiveTensors

/// Options that choose negatives, for methods that have none of these of their own.
///
/// All are off unless given; what is off is no parameter of the report.
package struct NegativeOptions: ParsableArguments {
  @OptionGroup var falseNegatives: FalseNegativeOptions
  @OptionGroup var ring: RingOption
  @OptionGroup var mixing: MixingOptions
  @OptionGroup var hardness: HardnessOptions

  package init() {}

  var options: [String: JSONValue] {
    [falseNegatives.options, ring.options, mixing.options, hardness.options].joined()
  }
}

/// `--false-negatives-…`.
package struct FalseNegativeOptions: ParsableArguments {
  @Option(help: "Search this many false negatives a row at most. (default: no search)")
  var falseNegativesTop: Int?

  @Option(help: "Search false negatives whose score is above this. (default: no search)")
  var falseNegativesAbove: Double?

  @Option(help: "How the similarities of several support views become a score: max or mean.")
  var falseNegativesAggregate: FalseNegatives.Aggregate = .max

  @Option(help: "What becomes of false negatives: attract or drop.")
  var falseNegativesMode: FalseNegativeTreatment.Mode = .attract

  package init() {}

  private var isGiven: Bool { falseNegativesTop != nil || falseNegativesAbove != nil }

  var options: [String: JSONValue] {
    guard isGiven else { return [:] }
    var options: [String: JSONValue] = [
      "false-negatives-aggregate": .text(falseNegativesAggregate.rawValue),
      "false-negatives-mode": .text(falseNegativesMode.rawValue),
    ]
    options["false-negatives-top"] = falseNegativesTop.map { .integer($0) }
    options["false-negatives-above"] = falseNegativesAbove.map { .number($0) }
    return options
  }
}

/// `--mix…`.
package struct MixingOptions: ParsableArguments {
  @Option(help: "Mixes of two hard bank rows for each query. (default: none)")
  var mix: Int?

  @Option(help: "Mixes of each query with a hard bank row. (default: none)")
  var mixQueries: Int?

  @Option(help: "How many of a query's nearest bank rows are hard.")
  var mixHardest: Int = 1024

  @Option(help: "Random seed of the draws.")
  var mixSeed: Int = 0

  @Option(help: "Number of the training step: each draws anew.")
  var mixStep: Int = 0

  package init() {}

  private var isGiven: Bool { mix != nil || mixQueries != nil }

  var options: [String: JSONValue] {
    guard isGiven else { return [:] }
    return [
      "mix": .integer(mix ?? 0), "mix-queries": .integer(mixQueries ?? 0),
      "mix-hardest": .integer(mixHardest), "mix-seed": .integer(mixSeed),
      "mix-step": .integer(mixStep),
    ]
  }
}

/// `--beta`, `--tau-plus`, `--detach-weights`.
package struct HardnessOptions: ParsableArguments {
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

  package init() {}

  private var isGiven: Bool { beta != nil || tauPlus != nil }

  var options: [String: JSONValue] {
    guard isGiven else { return [:] }
    return [
      "beta": .number(beta ?? 0), "tau-plus": .number(tauPlus ?? 0),
      "detach-weights": .flag(detachWeights),
    ]
  }
}

extension FalseNegativeTreatment.Mode: ExpressibleByArgument {}

extension [[String: JSONValue]] {
  /// All of the parameters together.
  func joined() -> [String: JSONValue] {
    reduce(into: [:]) { $0.merge($1) { first, _ in first } }
  }
}
