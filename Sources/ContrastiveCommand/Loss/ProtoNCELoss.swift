import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss protonce`.
package struct ProtoNCELoss: LossMethod {
  package typealias Call = ProtoNCECall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "ProtoNCE (PCL): InfoNCE with a bank, and each query finds its prototype.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D], and for each clustering m = 0, 1, …: \
      centroids.m [k,D], concentrations.m [k], assignments.m I64 [N], negatives.m I64 [r]. \
      Gradients: queries (default). Reports selected.masked with --duplicates mask.

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature of the instance term.")
  package var temperature: Double = 0.2

  @Option(
    help: "Whether further columns with a row's own prototype are excluded (mask) or stay (keep).")
  package var duplicates: ProtoNCECall.Duplicates = .mask

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var options: [String: JSONValue] {
    ["temperature": .number(temperature), "duplicates": .text(duplicates.rawValue)].merging(
      negatives.options
    ) { $1 }
  }
}

extension ProtoNCECall.Duplicates: ExpressibleByArgument {}
