import ContrastiveCore

/// Where named arrays lie in one contiguous vector.
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

  /// A layout of arrays of one's own.
  ///
  /// - Parameter arrays: unique names, extents of at least 1 and whether weight decay applies, in
  ///   the order in which the arrays shall lie.
  /// - Throws: `ContrastiveError.parameter` for a name that occurs twice and for an extent below 1.
  public init(
    _ arrays: [(name: String, shape: [Int], decays: Bool)]
  ) throws(ContrastiveError) {
    var names = Set<String>()
    for array in arrays {
      try requireParameter(
        names.insert(array.name).inserted, "arrays", "\(array.name) twice", "unique names")
      var count = 1
      for extent in array.shape {
        let (product, overflows) = count.multipliedReportingOverflow(by: extent)
        guard extent >= 1, !overflows, product < 1 << 40 else {
          throw .parameter(
            name: array.name, found: "\(array.shape)", expected: "extents of at least 1")
        }
        count = product
      }
    }
    self.init(
      arrays.map {
        (
          $0.name,
          ParameterDeclaration(
            name: $0.name, shape: $0.shape, decays: $0.decays, initial: .constant(0))
        )
      })
  }

  /// Refuses a vector of another layout.
  func require(_ vector: ParameterVector, _ name: String) throws(ContrastiveError) {
    try requireShape(vector.layout == self, name, "\(vector.layout)", "\(self)")
  }

  private init(slots: [Slot]) { self.slots = slots }

  /// The same layout, where weight decay does not apply to the elements before `end`.
  func withoutDecay(before end: Int) -> ParameterLayout {
    ParameterLayout(
      slots: slots.map { slot in
        Slot(
          name: slot.name, shape: slot.shape, range: slot.range,
          decays: slot.decays && slot.range.lowerBound >= end)
      })
  }

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

extension ParameterLayout: CustomStringConvertible {
  /// The arrays with their extents, such as `W [3 × 2], b [2]`.
  public var description: String {
    slots.map { slot in
      "\(slot.name) [\(slot.shape.map(String.init).joined(separator: " × "))]"
    }.joined(separator: ", ")
  }
}

/// An array that a layer needs: a parameter that is learned, or a buffer that is only kept.
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
