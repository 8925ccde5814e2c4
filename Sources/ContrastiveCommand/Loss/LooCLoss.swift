import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss looc`.
package struct LooCLoss: LossMethod {
  package typealias Call = LooCCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "LooC: a space for each augmentation that must not be forgotten.",
    discussion: """
      Tensors: queries [B,S,D], keys [B,S,S,D] (image, view, space), bank [S,K,D]. In spaces 1 and \
      up the other views of the same image are negatives. Gradients: queries (default).

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.2

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var options: [String: JSONValue] {
    ["temperature": .number(temperature)].merging(negatives.options) { $1 }
  }
}
