import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss swav`.
package struct SwAVLoss: LossMethod {
  package typealias Call = SwAVCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "SwAV: each view predicts the soft cluster code of another.",
    discussion: """
      Tensors: views [V,B,D], prototypes [P,D], queue [A,L,D] (optional; it and the prototypes are \
      never normalized). Codes come from the first A views, queue rows first. Gradients: views, \
      prototypes (both by default).

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Divides the scores in the predictions.")
  package var temperature: Double = 0.1

  @Option(help: "Divides the scores in the codes.")
  package var epsilon: Double = 0.05

  @Option(help: "Sinkhorn's iterations; 0 only divides by the sum of all.")
  package var iterations: Int = 3

  @Option(help: "How many of the views give codes.")
  package var assignViews: Int = 2

  package init() {}

  package var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "epsilon": .number(epsilon),
      "iterations": .integer(iterations), "assign-views": .integer(assignViews),
    ]
  }
}
