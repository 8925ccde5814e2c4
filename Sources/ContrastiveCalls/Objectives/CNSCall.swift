import Contrastive

/// `cns`.
package struct CNSCall: ObjectiveCall {
  package static let method = "cns"
  package static let summary = "CNS: InfoNCE against a ring of the bank's rows by similarity."
  package static let help = """
    Tensors: queries [N,D], keys [N,D], bank [K,D], ring-draws I64 [N,n] (optional, see \
    --ring-draws). Gradients: queries. Reports the ring's size.
    """

  private let temperature: Double
  private let outer: Double
  private let inner: Double
  private let innerMode: Ring.InnerMode
  private let sample: RingSampleChoice
  private let falseNegatives: FalseNegativeChoice?
  private let mixing: Mixing?
  private let hardness: HardNegativeWeights?

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.07, "Softmax temperature.")
    outer = try options.number(
      "outer", default: 0.1, "Fraction of the bank inside the ring's outer bound.")
    inner = try options.number(
      "inner", default: 0.1, "Fraction inside the ring's inner bound, which is excluded.")
    innerMode = try options.choice(
      "inner-mode", default: .dynamic,
      "The inner fraction is one of the outer rank (dynamic) or of the bank (static).")
    sample = try RingSampleChoice(&options)
    falseNegatives = try FalseNegativeChoice(&options)
    mixing = try Mixing(&options)
    hardness = try HardNegativeWeights(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<CNS> {
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddings("bank")
    let negatives = try Negatives(
      pairs: inputs.pairs(rows: queries.rows, columns: bank.rows),
      falseNegatives: falseNegatives?.value(&inputs), mixing: mixing, hardness: hardness)
    let ring = try Ring(
      outer: outer, inner: inner, innerMode: innerMode,
      sample: sample.value(inputs, rows: queries.rows))
    return try CNS(temperature: temperature, ring: ring, negatives: negatives).evaluate(
      queries: queries, keys: inputs.embeddings("keys"), bank: bank, gradients: gradients,
      workers: workers)
  }
}
