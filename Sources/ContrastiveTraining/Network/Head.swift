import ContrastiveCore

/// The architecture of a projection or prediction head: linear layers with rectifiers between them
/// and, where asked for, batch normalizations.
public struct Head: Sendable, Equatable, Codable {
  /// Which linear layers a batch normalization follows; those have no bias of their own.
  public enum Normalization: String, Sendable, Codable {
    /// None.
    case none
    /// The hidden ones, as in BYOL's projector and predictor and in SimSiam's predictor.
    case hidden
    /// All, the last without scale and shift, as in SimSiam's projector and in SimCLR's.
    case all
  }

  /// Dimensions of the hidden layers, first to last.
  public var hidden: [Int]
  /// Dimension of what it gives.
  public var outputs: Int
  /// Which linear layers a batch normalization follows.
  public var normalization: Normalization

  /// A head of given dimensions.
  public init(hidden: [Int] = [], outputs: Int, normalization: Normalization = .none) {
    self.hidden = hidden
    self.outputs = outputs
    self.normalization = normalization
  }

  /// One linear layer.
  public static func linear(outputs: Int) -> Head { Head(outputs: outputs) }

  /// Linear, rectifier, linear, as in MoCo v2; with normalizations where asked for.
  public static func perceptron(
    hidden: Int, outputs: Int, normalization: Normalization = .none
  ) -> Head {
    Head(hidden: [hidden], outputs: outputs, normalization: normalization)
  }

  /// The layers, named `name.linear1`, `name.normalization1`, `name.rectifier1`, …; a head of one
  /// linear layer alone is `name.linear`.
  ///
  /// - Parameters:
  ///   - name: unique in the network, such as `head`.
  ///   - shape: of what it takes.
  /// - Returns: the layers, in order.
  /// - Throws: `ContrastiveError.parameter` when a dimension is out of range.
  public func layers(
    _ name: String, taking shape: ImageShape
  ) throws(ContrastiveError) -> [Network.NamedLayer] {
    var layers: [Network.NamedLayer] = []
    var current = shape
    func append(_ part: String, _ layer: any Layer) {
      layers.append(Network.NamedLayer("\(name).\(part)", layer))
      current = layer.outputShape
    }
    for (index, dimension) in hidden.enumerated() {
      let number = index + 1
      append(
        "linear\(number)",
        try Linear(current, outputs: dimension, bias: normalization == .none))
      if normalization == .none {
        append(hidden.count == 1 ? "rectifier" : "rectifier\(number)", Rectifier(current))
      } else {
        append("normalization\(number)", try BatchNormalization(current, rectified: true))
      }
    }
    append(
      hidden.isEmpty ? "linear" : "linear\(hidden.count + 1)",
      try Linear(current, outputs: outputs, bias: normalization != .all))
    if normalization == .all {
      append(
        "normalization\(hidden.count + 1)", try BatchNormalization(current, affine: false))
    }
    return layers
  }

  /// The head as a network of its own, such as a predictor on an encoder's projections.
  ///
  /// - Parameters:
  ///   - name: of its layers, such as `predictor`.
  ///   - inputs: dimension of what it takes.
  ///   - seed: of the initial parameters.
  /// - Returns: the network.
  /// - Throws: `ContrastiveError.parameter` when a dimension is out of range.
  public func network(
    _ name: String, inputs: Int, seed: UInt64
  ) throws(ContrastiveError) -> Network {
    try Network(layers(name, taking: ImageShape(dimension: inputs)), seed: seed)
  }
}
