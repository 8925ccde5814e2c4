import ArgumentParser
import Contrastive
import ContrastiveTensors

/// `--ring`.
struct RingOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Keep the negatives whose rank of similarity is between these fractions. (default: all)
      """, valueName: "inner,outer"))
  var ring: RingFractions?

  @OptionGroup var sample: RingSampleOptions

  var options: [String: JSONValue] {
    sample.options.merging(given(["ring": ring.map { .text($0.description) }])) { $1 }
  }
}

/// `--ring-draws`, `--ring-seed`, `--ring-step`.
struct RingSampleOptions: ParsableArguments {
  @Option(
    help: """
      Draw this many of each row's ring, with replacement, instead of all of it. The file's \
      ring-draws I64 [N,n], indices into each row's ring in the order of the columns, say which.
      """)
  var ringDraws: Int?

  @Option(help: "Random seed of the draws. (default: 0)")
  var ringSeed: Int?

  @Option(help: "Number of the training step: each draws anew. (default: 0)")
  var ringStep: Int?

  var options: [String: JSONValue] {
    given([
      "ring-draws": ringDraws.map(JSONValue.integer), "ring-seed": ringSeed.map(JSONValue.integer),
      "ring-step": ringStep.map(JSONValue.integer),
    ])
  }
}

/// Two fractions.
struct RingFractions: ExpressibleByArgument, CustomStringConvertible, Sendable {
  let inner: Double
  let outer: Double

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let inner = Double(parts[0]), let outer = Double(parts[1]) else {
      return nil
    }
    (self.inner, self.outer) = (inner, outer)
  }

  var description: String { "\(inner),\(outer)" }
}
