import ArgumentParser
import Contrastive

/// `contrastive loss hcl`.
package struct HCLLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "hcl",
    abstract: "Hard negatives: negatives weighted by similarity, and debiased.",
    discussion: """
      Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default).
      """)

  package static let defaultGradients = HCL.defaultGradients

  @OptionGroup package var files: LossFiles

  @Option(help: "Divides the similarities.")
  package var temperature: Double = 0.5

  @Option(help: "Chance that a negative shows the same thing as the anchor.")
  package var tauPlus: Double = 0.1

  @Option(help: "How much more harder negatives weigh.")
  package var beta: Double = 1

  @Flag(help: "Take the weights as constants.")
  package var detachWeights = false

  package init() {}

  package var parameters: [String: JSONValue] {
    [
      "temperature": .number(temperature), "tau-plus": .number(tauPlus),
      "beta": .number(beta), "detach-weights": .flag(detachWeights),
    ]
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<HCL.Variable>, workers: Workers
  ) throws -> Evaluation<HCL.Variable> {
    try HCL(
      temperature: temperature, tauPlus: tauPlus, beta: beta, detachesWeights: detachWeights
    ).evaluate(
      view1: inputs.embeddings("view1"), view2: inputs.embeddings("view2"), gradients: gradients,
      workers: workers)
  }
}
