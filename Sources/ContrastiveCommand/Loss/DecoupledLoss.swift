import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss decoupled`.
package struct DecoupledLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "decoupled",
    abstract: "Decoupled contrastive learning: NT-Xent without the positive in the denominator.",
    discussion: """
      Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default), \
      temperature.
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.1

  @Option(help: "Temperature of the pairs' weights (default: all pairs weigh the same).")
  package var sigma: Double?

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var parameters: [String: JSONValue] {
    ["temperature": .number(temperature), "sigma": sigma.map(JSONValue.number) ?? .null]
      .merging(negatives.parameters) { $1 }
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws -> Evaluation<Decoupled> {
    let view1 = try inputs.embeddings("view1")
    return try Decoupled(
      temperature: temperature, sigma: sigma,
      negatives: negatives.value(&inputs, rows: 2 * view1.rows, columns: 2 * view1.rows)
    ).evaluate(
      view1: view1, view2: inputs.embeddings("view2"), gradients: gradients, workers: workers)
  }
}
