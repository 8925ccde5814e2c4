import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss decoupled`.
package struct DecoupledLoss: LossMethod {
  package typealias Call = DecoupledCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "Decoupled contrastive learning: NT-Xent without the positive in the denominator.",
    discussion: """
      Tensors: view1 [N,D], view2 [N,D], N at least 2. Gradients: view1, view2 (default), \
      temperature.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.1

  @Option(help: "Temperature of the pairs' weights. (default: all pairs weigh the same)")
  package var sigma: Double?

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var options: [String: JSONValue] {
    ["temperature": .number(temperature), "sigma": sigma.map(JSONValue.number) ?? .null]
      .merging(negatives.options) { $1 }
  }
}
