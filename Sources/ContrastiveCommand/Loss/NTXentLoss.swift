import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss nt-xent`.
package struct NTXentLoss: LossMethod {
  package typealias Call = NTXentCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "NT-Xent (SimCLR): each view finds the other among all views.",
    discussion: """
      Tensors: view1 [N,D], view2 [N,D]. Gradients: view1, view2 (default), temperature.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.1

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var options: [String: JSONValue] {
    ["temperature": .number(temperature)].merging(negatives.options) { $1 }
  }
}
