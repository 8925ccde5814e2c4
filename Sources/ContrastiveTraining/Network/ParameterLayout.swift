/// Where the numbers of a network lie in one contiguous vector.
///
/// Gradients, momentum buffers and slowly moving twins are vectors of the same layout, so that an
/// optimizer, an average or a checkpoint is a loop over one vector.
public struct ParameterLayout: Sendable, Equatable {
  /// One named array of the vector.
  public struct Slot: Sendable, Equatable {
    /// Unique name, such as `backbone.convolution1.weight`.
    public let name: String
    /// Extents, slowest first.
    public let shape: [Int]
    /// The elements it occupies.
    public let range: Range<Int>
    /// Whether weight decay applies: not to biases nor to the scale and shift of a normalization.
    public let decays: Bool
  }

  /// All arrays, in the order in which they lie.
  public let slots: [Slot]

  /// Number of elements of the whole vector.
  public var count: Int { slots.last?.range.upperBound ?? 0 }

  package init(_ declarations: [(name: String, declaration: ParameterDeclaration)]) {
    var end = 0
    slots = declarations.map { name, declaration in
      let start = end
      end += declaration.count
      return Slot(
        name: name, shape: declaration.shape, range: start..<end, decays: declaration.decays)
    }
  }
}

/// An array that a layer needs: a parameter that is learnt, or a buffer that is only kept.
public struct ParameterDeclaration: Sendable {
  /// Name within the layer, such as `weight`.
  public let name: String
  /// Extents, slowest first.
  public let shape: [Int]
  /// Whether weight decay applies.
  public let decays: Bool
  /// The values it starts with.
  public let initial: Initialization

  /// Declares an array.
  public init(name: String, shape: [Int], decays: Bool, initial: Initialization) {
    self.name = name
    self.shape = shape
    self.decays = decays
    self.initial = initial
  }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }
}
