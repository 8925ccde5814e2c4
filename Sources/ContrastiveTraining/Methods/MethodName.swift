import ContrastiveCore

/// The methods that the package comes with.
public enum MethodName: String, Codable, CaseIterable, Sendable {
  /// Momentum contrast.
  case moco
  /// SimCLR: each view finds its partner among the batch.
  case simclr
  /// Instance discrimination with a bank of all images.
  case instdisc
  /// Prediction of the other view, by one encoder.
  case simsiam
  /// Prediction of a moving average's view.
  case byol
  /// Swapped codes of prototypes.
  case swav
  /// Debiased contrast.
  case dcl
  /// Contrast with hard negatives.
  case hcl
  /// Relations to a queue.
  case ressl
  /// Similarity contrastive estimation.
  case sce
  /// Positives and negatives among an image's own views by their rank.
  case rankedViews = "ranked-views"
  /// False negative cancellation.
  case fnc
  /// A space for each augmentation that is to be kept.
  case looc
  /// Momentum contrast with mixed negatives.
  case mochi
  /// Momentum contrast with a ring of negatives.
  case cns
  /// Prototypical contrastive learning.
  case pcl
  /// Hierarchical contrastive selective coding.
  case hcsc
  /// Invariance propagation.
  case invp

  /// The method's options at their defaults.
  public var defaults: any MethodOptions {
    switch self {
    case .moco: MoCo.Options()
    case .simclr: SimCLR.Options()
    case .instdisc: InstDiscMethod.Options()
    case .simsiam: SimSiamMethod.Options()
    case .byol: BYOLMethod.Options()
    case .swav: SwAVMethod.Options()
    case .dcl: DCLMethod.Options()
    case .hcl: HCLMethod.Options()
    case .ressl: ReSSLMethod.Options()
    case .sce: SCEMethod.Options()
    case .rankedViews: RankedViews.Options()
    case .fnc: FNCMethod.Options()
    case .looc: LooCMethod.Options()
    case .mochi: MoCHiMethod.Options()
    case .cns: CNSMethod.Options()
    case .pcl: PCL.Options()
    case .hcsc: HCSCMethod.Options()
    case .invp: InvPMethod.Options()
    }
  }
}

extension MethodName {
  /// The method of a name.
  ///
  /// - Throws: `ContrastiveError.parameter` for a name that no method has, with the nearest one.
  public init(known text: String) throws(ContrastiveError) {
    guard let name = MethodName(rawValue: text) else {
      throw .unknown("method", text, among: Self.allCases.map(\.rawValue))
    }
    self = name
  }
}
