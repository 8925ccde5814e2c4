import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `--ring`.
package struct RingOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep negatives of these fractions by rank of similarity.", valueName: "inner,outer"))
  var ring: RingFractions?

  @OptionGroup var sample: RingSampleOptions

  package init() {}

  var parameters: [String: JSONValue] {
    ring.map { sample.parameters.merging(["ring": .text($0.description)]) { $1 } } ?? [:]
  }

  func value(_ inputs: LossInputs) throws -> Ring? {
    try ring.map {
      try Ring(
        outer: $0.outer, inner: $0.inner, innerMode: .static, sample: sample.value(inputs))
    }
  }
}

/// `--ring-draws`, `--ring-seed`, `--ring-step`.
package struct RingSampleOptions: ParsableArguments {
  @Option(
    help: """
      Draw this many of each row's ring, with replacement, instead of all of it. The file's \
      ring-draws I64 [N,n], indices into each row's ring in the order of the columns, say which.
      """)
  var ringDraws: Int?

  @Option(help: "Random seed of the draws.")
  var ringSeed: Int = 0

  @Option(help: "Names the draws of this call.")
  var ringStep: Int = 0

  package init() {}

  var parameters: [String: JSONValue] {
    guard let ringDraws else { return [:] }
    return [
      "ring-draws": .integer(ringDraws), "ring-seed": .integer(ringSeed),
      "ring-step": .integer(ringStep),
    ]
  }

  /// The file's draws, or seeded ones.
  package func value(_ inputs: LossInputs) throws -> RingSample? {
    guard inputs.has("ring-draws") else {
      return ringDraws.map {
        .drawn(
          count: $0, seed: UInt64(bitPattern: Int64(ringSeed)),
          step: UInt64(bitPattern: Int64(ringStep)))
      }
    }
    guard ringDraws == nil else {
      throw ContrastiveError.parameter(
        name: "ring-draws", found: "both the option and a tensor of the file", expected: "one")
    }
    return .given(try inputs.integers("ring-draws", axes: 2).values)
  }
}

/// Two fractions.
package struct RingFractions: ExpressibleByArgument, CustomStringConvertible, Sendable {
  let inner: Double
  let outer: Double

  package init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let inner = Double(parts[0]), let outer = Double(parts[1]) else {
      return nil
    }
    (self.inner, self.outer) = (inner, outer)
  }

  package var description: String { "\(inner),\(outer)" }
}
