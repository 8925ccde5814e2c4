import Contrastive
import ContrastiveTensors

/// `ring`, with `ring-draws`.
struct RingChoice {
  private let fractions: RingFractions
  private let sample: RingSampleChoice

  init?(_ options: inout CallOptions) throws(ContrastiveError) {
    let read = try options.group(in: .negatives) { options throws(ContrastiveError) in
      try options.value(
        "ring", of: RingFractions.self,
        "Keep the negatives whose rank of similarity is between these fractions.",
        otherwise: "all")
    } besides: { options throws(ContrastiveError) in
      try RingSampleChoice(&options)
    }
    guard let (fractions, sample) = read, let fractions else { return nil }
    guard 0 <= fractions.inner, fractions.inner < fractions.outer, fractions.outer <= 1 else {
      throw .parameter(
        name: "ring", found: "\(fractions)", expected: "0 ≤ inner < outer ≤ 1")
    }
    (self.fractions, self.sample) = (fractions, sample)
  }

  /// For so many rows.
  func value(_ inputs: CallInputs, rows: Int) throws(ContrastiveError) -> Ring {
    try Ring(
      outer: fractions.outer, inner: fractions.inner, innerMode: .static,
      sample: sample.value(inputs, rows: rows))
  }
}

/// `ring-draws`, `ring-seed`, `ring-step`.
struct RingSampleChoice {
  private let drawn: RingSample?

  init(_ options: inout CallOptions) throws(ContrastiveError) {
    let read = try options.group { options throws(ContrastiveError) in
      try options.integer(
        "ring-draws",
        """
        Draw this many of each row's ring, with replacement, instead of all of it. The file's \
        ring-draws I64 [N,n], indices into each row's ring in the order of the columns, say which.
        """)
    } besides: { options throws(ContrastiveError) in
      (
        seed: try options.seed("ring-seed", "Random seed of the draws."),
        step: try options.seed("ring-step", "Number of the training step: each draws anew.")
      )
    }
    guard let (count, draws) = read, let count else {
      drawn = nil
      return
    }
    drawn = .drawn(count: count, seed: draws.seed, step: draws.step)
  }

  /// The inputs' `ring-draws`, or seeded ones.
  func value(_ inputs: CallInputs, rows: Int) throws(ContrastiveError) -> RingSample? {
    guard inputs.has("ring-draws") else { return drawn }
    guard drawn == nil else {
      throw .parameter(
        name: "ring-draws", found: "both the option and a tensor of the file", expected: "one")
    }
    let (draws, shape) = try inputs.integers("ring-draws", axes: 2)
    guard shape[0] == rows else {
      throw .shape(
        argument: "ring-draws", found: "\(shape)", expected: "[\(rows), n], n draws for each row")
    }
    return .given(draws)
  }
}

/// An inner and an outer fraction, as "0.1,0.5" or [0.1, 0.5].
private struct RingFractions: OptionValue {
  let inner: Double
  let outer: Double

  static var expected: String { "two fractions, inner,outer" }
  static var placeholder: String? { "inner,outer" }

  init?(_ json: JSONValue) {
    switch json {
    case .text(let text): self.init(argument: text)
    case .list(let values): self.init(values.map(\.number))
    default: return nil
    }
  }

  init?(argument: String) {
    self.init(
      argument.split(separator: ",", omittingEmptySubsequences: false).map { Double(String($0)) })
  }

  private init?(_ numbers: [Double?]) {
    guard numbers.count == 2, let inner = numbers[0], let outer = numbers[1] else { return nil }
    (self.inner, self.outer) = (inner, outer)
  }

  var json: JSONValue { .text(description) }
  var description: String { "\(inner),\(outer)" }
}
