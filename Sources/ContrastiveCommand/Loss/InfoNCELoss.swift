import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss infonce`.
package struct InfoNCELoss: LossMethod {
  package typealias Call = InfoNCECall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "InfoNCE: own key and bank, in-batch, or in-batch symmetric.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D] (optional; without it the negatives are the \
      other keys). Gradients: queries (default), keys, bank, temperature.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.07

  @Flag(help: "The mean of both directions (without a bank only).")
  package var symmetric = false

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var options: [String: JSONValue] {
    ["temperature": .number(temperature), "symmetric": .flag(symmetric)].merging(
      negatives.options
    ) { $1 }
  }
}
