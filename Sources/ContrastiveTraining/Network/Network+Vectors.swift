import ContrastiveCore

/// Networks of vectors, one a row of a matrix.
///
/// ```swift
/// var projection = try Network(Linear(inputs: 128, outputs: 64), seed: 1)
/// var optimizer = try SGD(projection.parameters.layout)
/// let (z, tape) = try projection.forward(features)
/// let gradient = try projection.backward(lossGradient(z), tape: tape)
/// try optimizer.step(&projection.parameters, gradient: gradient, rate: 0.1)
/// ```
extension Network {
  /// Joins layers, named `layer1`, `layer2`, …, and initializes their parameters.
  ///
  /// - Parameters:
  ///   - layers: at least one, each taking the shape that the one before gives.
  ///   - seed: of the initial parameters; each array draws from a stream of its own.
  /// - Throws: what `init(_:seed:)` of named layers throws.
  public init(_ layers: any Layer..., seed: UInt64) throws(ContrastiveError) {
    try self.init(
      layers.enumerated().map { NamedLayer("layer\($0 + 1)", $1) }, seed: seed)
  }

  /// The output for some vectors in training mode; running statistics move.
  ///
  /// - Parameters:
  ///   - rows: [N × inputs], N at least 1.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [N × outputs] and what `backward` needs.
  /// - Throws: `ContrastiveError.shape` for rows of another dimension, none, or too few to
  ///   normalize.
  public mutating func forward(
    _ rows: Matrix, workers: Workers = .all
  ) throws(ContrastiveError) -> (output: Matrix, tape: Tape) {
    let (output, tape) = try forward(activations(rows), workers: workers)
    return (output.matrix, tape)
  }

  /// The output for some vectors in either mode, keeping nothing for a backward pass.
  ///
  /// - Parameters:
  ///   - rows: [N × inputs], N at least 1.
  ///   - mode: whether statistics come from the rows (and move the running ones) or are the running
  ///     ones.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [N × outputs].
  /// - Throws: `ContrastiveError.shape` for rows of another dimension, none, or too few to
  ///   normalize.
  public mutating func output(
    for rows: Matrix, mode: NetworkMode, workers: Workers = .all
  ) throws(ContrastiveError) -> Matrix {
    try output(for: activations(rows), mode: mode, workers: workers).matrix
  }

  /// The gradients of a loss with respect to the parameters and to the input.
  ///
  /// - Parameters:
  ///   - gradient: [N × outputs], of the loss with respect to the output that `forward` returned
  ///     with `tape`.
  ///   - tape: of that call; the parameters must not have changed since.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a vector of the parameters' layout, and [N × inputs].
  /// - Throws: `ContrastiveError.shape` when `gradient` does not have the output's shape.
  public func backwardToInput(
    _ gradient: Matrix, tape: Tape, workers: Workers = .all
  ) throws(ContrastiveError) -> (parameters: ParameterVector, input: Matrix) {
    let found = try backwardToInput(Activations(gradient), tape: tape, workers: workers)
    return (found.parameters, found.input.matrix)
  }

  /// The gradient of a loss with respect to the parameters; see `backwardToInput`.
  public func backward(
    _ gradient: Matrix, tape: Tape, workers: Workers = .all
  ) throws(ContrastiveError) -> ParameterVector {
    try backward(Activations(gradient), tape: tape, workers: workers)
  }

  private func activations(_ rows: Matrix) throws(ContrastiveError) -> Activations {
    try requireShape(
      rows.rows > 0 && rows.columns == inputShape.count, "rows", "[\(rows.rows) × \(rows.columns)]",
      "[1 or more × \(inputShape.count)]")
    guard inputShape.positions > 1 else { return Activations(rows) }
    return try Activations(count: rows.rows, shape: inputShape, values: Array(rows.values))
  }
}
