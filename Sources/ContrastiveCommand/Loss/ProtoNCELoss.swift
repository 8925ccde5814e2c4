import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss protonce`.
struct ProtoNCELoss: LossMethod {
  typealias Call = ProtoNCECall

  static let configuration = configured(
    "ProtoNCE (PCL): InfoNCE with a bank, and each query finds its prototype.",
    """
    Tensors: queries [N,D], keys [N,D], bank [K,D], and for each clustering m = 0, 1, …: \
    centroids.m [k,D], concentrations.m [k], assignments.m I64 [N], negatives.m I64 [r]. \
    Gradients: queries (default). Reports selected.masked with --duplicates mask.
    """)

  @OptionGroup var files: LossFiles

  @Option(help: "Softmax temperature of the instance term.")
  var temperature: Double = 0.2

  @Option(
    help: "Whether further columns with a row's own prototype are excluded (mask) or stay (keep).")
  var duplicates: ProtoNCECall.Duplicates = .mask

  @OptionGroup(title: "Negatives") var negatives: NegativeOptions

  var options: [String: JSONValue] {
    ["temperature": .number(temperature), "duplicates": .text(duplicates.rawValue)].merging(
      negatives.options
    ) { $1 }
  }
}

extension ProtoNCECall.Duplicates: ExpressibleByArgument {}
