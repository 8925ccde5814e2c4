import ArgumentParser
import Contrastive

/// `contrastive loss nt-xent`.
package struct NTXentLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "nt-xent",
    abstract: "NT-Xent (SimCLR): each view finds the other among all views.",
    discussion: """
      Tensors: view1 [N,D], view2 [N,D]. Gradients: view1, view2 (default), temperature.
      """)

  package static let defaultGradients = NTXent.defaultGradients

  @OptionGroup package var files: LossFiles

  @Option(help: "Divides the similarities.")
  package var temperature: Double = 0.1

  package init() {}

  package var parameters: [String: JSONValue] { ["temperature": .number(temperature)] }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<NTXent.Variable>, workers: Workers
  ) throws -> Evaluation<NTXent.Variable> {
    try NTXent(temperature: temperature).evaluate(
      view1: inputs.embeddings("view1"), view2: inputs.embeddings("view2"), gradients: gradients,
      workers: workers)
  }
}
