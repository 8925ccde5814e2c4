import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss instdisc`.
package struct InstDiscLoss: LossMethod {
  package typealias Call = InstDiscCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "Instance discrimination: noise-contrastive, or softmax over the bank.",
    discussion: """
      Tensors: queries [B,D], bank [n,D], indices [B], noise [B,K] (optional; without it the \
      softmax runs over the whole bank). Gradients: queries.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.07

  @Option(help: "Partition function Z (default: n times the mean of exp(u) over the columns).")
  package var partition: Double?

  @Option(help: "Added to the noise's probability.")
  package var epsilon: Double = 1e-7

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var options: [String: JSONValue] {
    [
      "temperature": .number(temperature), "partition": partition.map(JSONValue.number) ?? .null,
      "epsilon": .number(epsilon),
    ].merging(negatives.options) { $1 }
  }
}
