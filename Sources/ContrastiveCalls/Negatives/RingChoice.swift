import Contrastive
import ContrastiveTensors

/// `ring`: the inner and the outer fraction, as "0.1,0.5" or [0.1, 0.5].
struct RingChoice {
  private let inner: Double
  private let outer: Double
  private let sample: RingSampleChoice

  init?(_ options: inout CallOptions) throws(ContrastiveError) {
    guard
      try options.has(any: ["ring"], besides: ["ring-draws", "ring-seed", "ring-step"])
    else { return nil }
    let fractions = try options.value("ring", "two fractions, inner,outer") { $0.fractions }
    guard let fractions else { return nil }
    (inner, outer) = fractions
    options.note("ring", .text("\(inner),\(outer)"))
    sample = try RingSampleChoice(&options)
  }

  func value(_ inputs: CallInputs) throws(ContrastiveError) -> Ring {
    try Ring(outer: outer, inner: inner, innerMode: .static, sample: sample.value(inputs))
  }
}

/// `ring-draws`, `ring-seed`, `ring-step`.
struct RingSampleChoice {
  private let drawn: RingSample?

  init(_ options: inout CallOptions) throws(ContrastiveError) {
    guard try options.has(any: ["ring-draws"], besides: ["ring-seed", "ring-step"]) else {
      drawn = nil
      return
    }
    drawn = .drawn(
      count: try options.integer("ring-draws", default: 0), seed: try options.seed("ring-seed"),
      step: try options.seed("ring-step"))
  }

  /// The inputs' `ring-draws`, or seeded ones.
  func value(_ inputs: CallInputs) throws(ContrastiveError) -> RingSample? {
    guard inputs.has("ring-draws") else { return drawn }
    guard drawn == nil else {
      throw .parameter(
        name: "ring-draws", found: "both the option and a tensor of the file", expected: "one")
    }
    return .given(try inputs.integers("ring-draws", axes: 2).values)
  }
}

extension JSONValue {
  /// Two numbers, in a text or a list.
  fileprivate var fractions: (Double, Double)? {
    let numbers: [Double?] =
      switch self {
      case .text(let text):
        text.split(separator: ",", omittingEmptySubsequences: false).map { Double(String($0)) }
      case .list(let values): values.map(\.number)
      default: []
      }
    guard numbers.count == 2, let inner = numbers[0], let outer = numbers[1] else { return nil }
    return (inner, outer)
  }
}
