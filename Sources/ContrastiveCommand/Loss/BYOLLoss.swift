import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss byol`.
package struct BYOLLoss: LossMethod {
  package typealias Call = BYOLCall

  package static let configuration = CommandConfiguration(
    commandName: Call.method,
    abstract: "BYOL: squared distance of unit predictions to the other view's unit projections.",
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
