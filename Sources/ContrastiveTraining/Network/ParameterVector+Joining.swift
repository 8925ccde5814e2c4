import ContrastiveCore

extension ParameterVector {
  /// Several vectors as one: their arrays one after the other, each name with its part's before it.
  ///
  /// A method with a predictor and prototypes, or with several heads, hands the loop one vector.
  ///
  /// - Parameter parts: unique names with their vectors.
  /// - Returns: the joined vector; `parts(_:)` gives them back.
  /// - Throws: `ContrastiveError.parameter` for a name that occurs twice.
  public static func joining(
    _ parts: [(name: String, vector: ParameterVector)]
  ) throws(ContrastiveError) -> ParameterVector {
    let arrays = parts.flatMap { part in
      part.vector.layout.slots.map { ("\(part.name).\($0.name)", $0.shape, $0.decays) }
    }
    return ParameterVector(
      layout: try ParameterLayout(arrays), values: parts.flatMap(\.vector.values))
  }

  /// The parts of a joined vector, by the layouts they had.
  ///
  /// - Parameter layouts: of all parts, in the order in which they were joined.
  /// - Returns: one vector for each layout.
  /// - Throws: `ContrastiveError.shape` when the layouts do not have this vector's elements.
  public func parts(_ layouts: [ParameterLayout]) throws(ContrastiveError) -> [ParameterVector] {
    try requireShape(
      layouts.flatMap(\.slots).map(\.shape) == layout.slots.map(\.shape), "layouts",
      layouts.map(\.description).joined(separator: ", "), "\(layout)")
    var start = 0
    return layouts.map { layout in
      defer { start += layout.count }
      return ParameterVector(
        layout: layout, values: Array(values[start..<(start + layout.count)]))
    }
  }
}
