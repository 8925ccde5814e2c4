import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss hcl`.
package struct HCLLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "hcl",
    abstract: "Hard negatives: negatives weighted by similarity, and debiased.",
    discussion: """
      Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default).
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.5

  @Option(help: "Chance that a negative shows the same thing as the anchor.")
  package var tauPlus: Double = 0.1

  @Option(help: "How much more harder negatives weigh.")
  package var beta: Double = 1

  @Flag(help: "Take the weights as constants.")
  package var detachWeights = false

  @OptionGroup(title: "Negatives") package var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") package var ring: RingOption

  package init() {}

  package var parameters: [String: JSONValue] {
    [
      "temperature": .number(temperature), "tau-plus": .number(tauPlus),
      "beta": .number(beta), "detach-weights": .flag(detachWeights),
    ].merging([falseNegatives.parameters, ring.parameters].joined()) { $1 }
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws -> Evaluation<HCL> {
    let view1 = try inputs.embeddings("view1")
    let negatives = try Negatives(
      pairs: inputs.pairs(rows: 2 * view1.rows, columns: 2 * view1.rows),
      falseNegatives: falseNegatives.value(&inputs), ring: ring.value(inputs))
    return try HCL(
      temperature: temperature,
      weights: HardNegativeWeights(beta: beta, tauPlus: tauPlus, detached: detachWeights),
      negatives: negatives
    ).evaluate(
      view1: view1, view2: inputs.embeddings("view2"), gradients: gradients,
      workers: workers)
  }
}
