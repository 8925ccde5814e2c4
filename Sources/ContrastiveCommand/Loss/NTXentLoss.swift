import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss nt-xent`.
package struct NTXentLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "nt-xent",
    abstract: "NT-Xent (SimCLR): each view finds the other among all views.",
    discussion: """
      Tensors: view1 [N,D], view2 [N,D]. Gradients: view1, view2 (default), temperature.
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.1

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var parameters: [String: JSONValue] {
    ["temperature": .number(temperature)].merging(negatives.parameters) { $1 }
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws -> Evaluation<NTXent> {
    let view1 = try inputs.embeddings("view1")
    let negatives = try negatives.value(
      &inputs, rows: 2 * view1.rows, columns: 2 * view1.rows)
    return try NTXent(temperature: temperature, negatives: negatives).evaluate(
      view1: view1, view2: inputs.embeddings("view2"), gradients: gradients,
      workers: workers)
  }
}
