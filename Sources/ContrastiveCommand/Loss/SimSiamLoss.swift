import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss simsiam`.
package struct SimSiamLoss: LossMethod {
  package typealias Call = SimSiamCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "SimSiam: predictions point where the other view was projected.",
    discussion: """
      Tensors: predictions1, predictions2, projections1, projections2, all [N,D]; predictions of \
      one view go with projections of the other. Rows are always divided by their norms. \
      Gradients: predictions1, predictions2 (both by default).

      Example:
        contrastive loss \(Call.method) --input batch.safetensors \
      --output out.safetensors
      """)

  @OptionGroup package var files: LossFiles

  package init() {}

  package var options: [String: JSONValue] { [:] }
}
