import ArgumentParser
import Contrastive
import ContrastiveFiles

extension Ring.InnerMode: ExpressibleByArgument {}

/// `contrastive loss cns`.
package struct CNSLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "cns",
    abstract: "CNS: InfoNCE against a ring of the bank's rows by similarity.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D], ring-draws I64 [N,n] (optional, see \
      --ring-draws). Gradients: queries. Reports the ring's size.
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.07

  @Option(help: "Fraction of the bank inside the ring's outer bound.")
  package var outer: Double = 0.1

  @Option(help: "Fraction inside the ring's inner bound, which is excluded.")
  package var inner: Double = 0.1

  @Option(help: "The inner fraction is one of the outer rank (dynamic) or of the bank (static).")
  package var innerMode: Ring.InnerMode = .dynamic

  @OptionGroup package var sample: RingSampleOptions

  @OptionGroup(title: "Negatives") package var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") package var mixing: MixingOptions
  @OptionGroup(title: "Negatives") package var hardness: HardnessOptions

  package init() {}

  package var parameters: [String: JSONValue] {
    [
      "temperature": .number(temperature), "outer": .number(outer), "inner": .number(inner),
      "inner-mode": .text(innerMode.rawValue),
    ].merging(
      [sample.parameters, falseNegatives.parameters, mixing.parameters, hardness.parameters]
        .joined()
    ) { $1 }
  }

  /// The ring, with the draws that a file or an option asks for.
  package func ring(_ inputs: LossInputs) throws -> Ring {
    try Ring(outer: outer, inner: inner, innerMode: innerMode, sample: sample.value(inputs))
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws -> Evaluation<CNS> {
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddings("bank")
    let negatives = try Negatives(
      pairs: inputs.pairs(rows: queries.rows, columns: bank.rows),
      falseNegatives: falseNegatives.value(&inputs), mixing: mixing.value(),
      hardness: hardness.value())
    return try CNS(temperature: temperature, ring: ring(inputs), negatives: negatives).evaluate(
      queries: queries, keys: inputs.embeddings("keys"), bank: bank, gradients: gradients,
      workers: workers)
  }
}
