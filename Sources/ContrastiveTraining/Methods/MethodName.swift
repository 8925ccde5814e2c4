/// The systems there are.
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

/// A method with its options.
public struct ChosenMethod: Codable, Equatable, Sendable {
  /// The method.
  public let name: MethodName
  /// Its options, of the type of `name.defaults`.
  public private(set) var options: any MethodOptions

  /// A method with its defaults.
  public init(_ name: MethodName) {
    self.name = name
    options = name.defaults
  }

  /// A method with some options, for those who know which it is.
  ///
  /// - Parameters:
  ///   - name: the method.
  ///   - options: of the method's own type; defaults take the place of others.
  public init<Options: MethodOptions>(_ name: MethodName, _ options: Options) {
    self.name = name
    self.options = name.defaults is Options ? options : name.defaults
  }

  private enum CodingKeys: String, CodingKey { case name }

  /// Reads the name, and the options beside it.
  public init(from decoder: any Decoder) throws {
    name = try decoder.container(keyedBy: CodingKeys.self).decode(MethodName.self, forKey: .name)
    options = try Self.read(name.defaults, from: decoder)
  }

  /// Writes the name, and the options beside it.
  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try options.encode(to: encoder)
  }

  private static func read<Options: MethodOptions>(
    _ defaults: Options, from decoder: any Decoder
  ) throws -> any MethodOptions {
    try Options(from: decoder)
  }

  mutating func resolve(images: Int, options common: TrainingOptions) {
    options.resolve(images: images, options: common)
  }

  /// Same method, equal options.
  public static func == (a: ChosenMethod, b: ChosenMethod) -> Bool {
    func equals<Options: MethodOptions>(_ options: Options) -> Bool {
      options == b.options as? Options
    }
    return a.name == b.name && equals(a.options)
  }
}
