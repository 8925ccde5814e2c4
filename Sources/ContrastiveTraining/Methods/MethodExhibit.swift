import Contrastive

/// What a report shows of a method after training, besides the encoder; all are optional.
public struct MethodExhibit: Sendable {
  /// Prototypes with the encoder whose projections they stand among.
  public struct Prototypes: Sendable {
    /// [prototypes × D], of unit length.
    public let rows: Matrix
    /// The encoder; the trained one when nil.
    public let encoder: ImageEncoder?
  }

  /// The method's prototypes; the fewest where it has several sets of them.
  public var prototypes: Prototypes?
  /// How the method finds false negatives among the views of a batch.
  public var falseNegatives: FalseNegatives?

  /// Creates an exhibit.
  public init(prototypes: Prototypes? = nil, falseNegatives: FalseNegatives? = nil) {
    self.prototypes = prototypes
    self.falseNegatives = falseNegatives
  }

  /// The prototypes of the coarsest of some clusterings.
  init(coarsest clusterings: [ImageClustering], of encoder: ImageEncoder) {
    prototypes = clusterings.min { $0.prototypes.rows < $1.prototypes.rows }
      .map { Prototypes(rows: $0.prototypes, encoder: encoder) }
  }
}
