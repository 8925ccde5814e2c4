import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss fnc`.
package struct FNCLoss: LossMethod {
  package typealias Call = FNCCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "False negative cancellation: likely false negatives are attracted or excluded.",
    discussion: """
      Tensors: embeddings [V,N,D], V at least 2; support [V,N,D] and bank [K,D] (optional, \
      together). Gradients: embeddings.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.1

  @Option(help: "False negatives an image has at most.")
  package var topK: Int = 10

  @Option(help: "What the score of a false negative must be above, or none.")
  package var threshold: ScoreThreshold = .above(0.7)

  @Option(help: "How the similarities of an image's views become a score: max or mean.")
  package var aggregate: FalseNegatives.Aggregate = .max

  @Option(help: "What becomes of false negatives: attract, eliminate or none.")
  package var mode: FNC.Mode = .attract

  @OptionGroup(title: "Negatives") package var ring: RingOption
  @OptionGroup(title: "Negatives") package var mixing: MixingOptions
  @OptionGroup(title: "Negatives") package var hardness: HardnessOptions

  package init() {}

  package var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "top-k": .integer(topK),
      "threshold": threshold.number.map { .number($0) } ?? .text("none"),
      "aggregate": .text(aggregate.rawValue), "mode": .text(mode.rawValue),
    ].merging([ring.options, mixing.options, hardness.options].joined()) { $1 }
  }
}

/// A number, or the word none.
package enum ScoreThreshold: ExpressibleByArgument, CustomStringConvertible, Sendable {
  case above(Double)
  case none

  package init?(argument: String) {
    if argument == "none" {
      self = .none
    } else if let number = Double(argument) {
      self = .above(number)
    } else {
      return nil
    }
  }

  package var number: Double? {
    switch self {
    case .above(let number): number
    case .none: nil
    }
  }

  package var description: String { number.map { "\($0)" } ?? "none" }
}

extension FalseNegatives.Aggregate: ExpressibleByArgument {}
extension FNC.Mode: ExpressibleByArgument {}
