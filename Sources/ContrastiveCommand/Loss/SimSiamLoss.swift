import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// `contrastive loss simsiam`.
struct SimSiamLoss: LossMethod {
  typealias Call = SimSiamCall

  static let configuration = configured(
    "SimSiam: predictions point where the other view was projected.",
    """
    Tensors: predictions1, predictions2, projections1, projections2, all [N,D]; predictions of \
    one view go with projections of the other. Rows are always divided by their norms. \
    Gradients: predictions1, predictions2 (both by default).
    """)

  @OptionGroup var files: LossFiles

  var options: [String: JSONValue] { [:] }
}
