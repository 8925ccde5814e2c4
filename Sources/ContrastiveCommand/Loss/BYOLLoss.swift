import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss byol`.
struct BYOLLoss: LossMethod {
  typealias Call = BYOLCall

  static let configuration = configured(
    "BYOL: squared distance of unit predictions to the other view's unit projections.",
    """
    Tensors: predictions1, predictions2, projections1, projections2, all [N,D]; predictions of \
    one view go with projections of the other. Rows are always divided by their norms. \
    Gradients: predictions1, predictions2 (both by default).
    """)

  @OptionGroup var files: LossFiles

  var options: [String: JSONValue] { [:] }
}
