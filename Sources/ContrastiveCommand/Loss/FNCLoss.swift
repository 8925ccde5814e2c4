import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss fnc`.
struct FNCLoss: LossMethod {
  typealias Call = FNCCall

  static let configuration = configured(
    "False negative cancellation: likely false negatives are attracted or excluded.",
    """
    Tensors: embeddings [V,N,D], V at least 2; support [V,N,D] and bank [K,D] (optional, \
    together). Gradients: embeddings.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature.")
  var temperature: Double = 0.1

  @Option(help: "False negatives an image has at most.")
  var topK: Int = 10

  @Option(help: "What the score of a false negative must be above, or none.")
  var threshold: ScoreThreshold = .above(0.7)

  @Option(help: "How the similarities of an image's views become a score: max or mean.")
  var aggregate: FalseNegatives.Aggregate = .max

  @Option(help: "What becomes of false negatives: attract, eliminate or none.")
  var mode: FNC.Mode = .attract

  @OptionGroup(title: "Negatives") var ring: RingOption
  @OptionGroup(title: "Negatives") var mixing: MixingOptions
  @OptionGroup(title: "Negatives") var hardness: HardnessOptions

  var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "top-k": .integer(topK),
      "threshold": threshold.number.map { .number($0) } ?? .text("none"),
      "aggregate": .text(aggregate.rawValue), "mode": .text(mode.rawValue),
    ].merging([ring.options, mixing.options, hardness.options].joined()) { $1 }
  }
}

/// A number, or the word none.
enum ScoreThreshold: ExpressibleByArgument, CustomStringConvertible, Sendable {
  case above(Double)
  case none

  init?(argument: String) {
    if argument == "none" {
      self = .none
    } else if let number = Double(argument) {
      self = .above(number)
    } else {
      return nil
    }
  }

  var number: Double? {
    switch self {
    case .above(let number): number
    case .none: nil
    }
  }

  var description: String { number.map { "\($0)" } ?? "none" }
}

extension FalseNegatives.Aggregate: ExpressibleByArgument {}
extension FNC.Mode: ExpressibleByArgument {}
