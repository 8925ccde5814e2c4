import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss mochi`.
package struct MoCHiLoss: LossMethod {
  package typealias Call = MoCHiCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "MoCHi: InfoNCE with a bank and mixed hard negatives.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D]; pairs I64 [N,s,2] with pair-weights F32 \
      [N,s], query-pairs I64 [N,t] with query-weights F32 [N,t], all indices of bank rows; s and t \
      may be 0. Gradients: queries (default).

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.2

  @OptionGroup(title: "Negatives") package var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") package var ring: RingOption
  @OptionGroup(title: "Negatives") package var hardness: HardnessOptions

  package init() {}

  package var options: [String: JSONValue] {
    ["temperature": .number(temperature)].merging(
      [falseNegatives.options, ring.options, hardness.options].joined()
    ) { $1 }
  }
}
