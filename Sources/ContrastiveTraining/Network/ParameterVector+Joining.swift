extension ParameterVector {
  /// Several vectors as one: their arrays one after the other, each name with its part's before it.
  ///
  /// A method with a predictor and prototypes, or with several heads, hands the loop one vector.
  ///
  /// - Parameter parts: names, each once, with their vectors.
  /// - Returns: the joined vector; `parts(_:)` gives them back.
  public static func joining(_ parts: [(name: String, vector: ParameterVector)]) -> ParameterVector
  {
    precondition(Set(parts.map(\.name)).count == parts.count, "a name twice")
    return ParameterVector(
      layout: ParameterLayout(joining: parts.map { ($0.name, $0.vector.layout) }),
      values: parts.flatMap(\.vector.values))
  }

  /// The parts of a joined vector, by the layouts they had.
  ///
  /// - Parameter layouts: of all parts, in the order in which they were joined.
  /// - Returns: one vector for each layout.
  public func parts(_ layouts: [ParameterLayout]) -> [ParameterVector] {
    precondition(layouts.reduce(0) { $0 + $1.count } == layout.count, "another vector's parts")
    var start = 0
    return layouts.map { layout in
      defer { start += layout.count }
      return ParameterVector(
        layout: layout, values: Array(values[start..<(start + layout.count)]))
    }
  }
}

extension ParameterLayout {
  fileprivate init(joining parts: [(name: String, layout: ParameterLayout)]) {
    self.init(
      parts.flatMap { part in
        part.layout.slots.map { slot in
          (
            "\(part.name).\(slot.name)",
            ParameterDeclaration(
              name: slot.name, shape: slot.shape, decays: slot.decays, initial: .constant(0))
          )
        }
      })
  }
}
