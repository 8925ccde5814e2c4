/// No hyper-parameter to learn.
public enum NoScalar: RawRepresentable, CaseIterable, Hashable, Sendable {
  /// None.
  public static let allCases: [NoScalar] = []
  /// There is no value.
  public var rawValue: String { switch self {} }
  /// Always nil.
  public init?(rawValue: String) { nil }
}

/// The temperature, by which a softmax's similarities are divided.
public enum TemperatureScalar: String, CaseIterable, Sendable {
  /// The temperature τ.
  case temperature
}

/// The queries alone: keys, banks and prototypes are constants.
public enum QueryVariable: String, CaseIterable, Sendable {
  /// The queries.
  case queries
}

/// The embeddings that are compared with each other.
public enum EmbeddingVariable: String, CaseIterable, Sendable {
  /// The embeddings.
  case embeddings
}

/// Two views of the same images.
public enum ViewVariable: String, CaseIterable, Sendable {
  /// The embeddings of a view.
  case view1, view2
}
