import ContrastiveCore

/// Prototype vectors that are learned by gradient: a linear layer without bias, one prototype a
/// row.
///
/// Scores are ⟨embedding, prototype⟩. First values are uniform in ±1/√dimension, as of `Linear`.
public struct Prototypes: Sendable, Equatable {
  /// The one array `name`, [count, dimension], as an optimizer and a checkpoint take it.
  public var parameters: ParameterVector
  /// Number of prototypes.
  public let count: Int
  /// Their dimension.
  public let dimension: Int

  /// Draws prototypes.
  ///
  /// - Parameters:
  ///   - name: of the array.
  ///   - count: number of prototypes, at least 1.
  ///   - dimension: their dimension, at least 1.
  ///   - seed: of the first values.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    _ name: String = "prototypes", count: Int, dimension: Int, seed: UInt64
  ) throws(ContrastiveError) {
    for (name, number) in [("prototypes", count), ("dimension", dimension)] {
      try requireParameter(1...1_000_000 ~= number, name, number, "1 … 1000000")
    }
    self.count = count
    self.dimension = dimension
    let declaration = ParameterDeclaration(
      name: name, shape: [count, dimension], decays: true,
      initial: .inverseRoot(inputs: dimension))
    var random = CounterRandom.stream(.prototypes, seed: seed)
    parameters = ParameterVector(
      layout: ParameterLayout([(name, declaration)]),
      values: declaration.initial.values(declaration.count, using: &random))
  }

  /// [count × dimension], sharing the storage.
  public var matrix: Matrix {
    Matrix(rows: count, columns: dimension, sharing: parameters.values)
  }

  /// A gradient, or any [count × dimension], as a vector of the parameters' layout.
  ///
  /// - Throws: `ContrastiveError.shape` for a matrix of another shape.
  public func vector(_ matrix: Matrix) throws(ContrastiveError) -> ParameterVector {
    try requireShape(
      matrix.rows == count && matrix.columns == dimension, "prototypes",
      "[\(matrix.rows) × \(matrix.columns)]", "[\(count) × \(dimension)]")
    return ParameterVector(layout: parameters.layout, values: Array(matrix.values))
  }

  /// Brings every prototype to length 1; one of zeros, which has no direction, becomes one of equal
  /// numbers.
  ///
  /// - Throws: `ContrastiveError.nonFinite`.
  public mutating func normalize() throws(ContrastiveError) {
    parameters = try vector(matrix.directions(argument: "prototypes").rows)
  }
}
