/// A loss with the gradients that were asked for.
public struct Evaluation<Objective: Contrastive.Objective>: Sendable {
  /// The value of the objective.
  public let loss: Double
  /// The loss of each row, whose mean is the value; nil for a value that is no mean of rows.
  public let losses: [Double]?
  /// What else there is to tell.
  public let details: Objective.Details
  /// How far the loss can be from the exact one of these inputs, certified; nil in Float32.
  public package(set) var errorBound: Double?
  package internal(set) var gradients: [Objective.Variable: Matrix]
  package let scalars: [Objective.Scalar: Double]
  /// Which rows of a gradient are here where processes keep their own; without one all are.
  package var keptRows: [Objective.Variable: Range<Int>] = [:]
  /// How far an element of a gradient can be from the exact one, where something is certified.
  package var gradientErrorBounds: [Objective.Variable: Double] = [:]

  /// A result of an objective of one's own.
  ///
  /// - Parameters:
  ///   - loss: the value.
  ///   - losses: the loss of each row, if their mean is the value.
  ///   - gradients: ∂loss/∂variable, in the variable's own shape.
  ///   - scalars: ∂loss/∂scalar, for every scalar.
  ///   - details: what else there is to tell.
  public init(
    loss: Double, losses: [Double]? = nil, gradients: [Objective.Variable: Matrix] = [:],
    scalars: [Objective.Scalar: Double] = [:], details: Objective.Details
  ) {
    self.loss = loss
    self.losses = losses
    self.gradients = gradients
    self.scalars = scalars
    self.details = details
  }

  /// The same result as another objective's.
  init<Other>(_ other: Evaluation<Other>)
  where
    Other.Variable == Objective.Variable, Other.Scalar == Objective.Scalar,
    Other.Details == Objective.Details
  {
    self.init(
      loss: other.loss, losses: other.losses, gradients: other.gradients, scalars: other.scalars,
      details: other.details)
    (errorBound, gradientErrorBounds) = (other.errorBound, other.gradientErrorBounds)
  }

  /// ∂loss/∂variable, in the variable's own shape, when it was asked for.
  public subscript(variable: Objective.Variable) -> Matrix? { gradients[variable] }

  /// A gradient, which is then no longer here.
  package mutating func take(_ variable: Objective.Variable) -> Matrix? {
    gradients.removeValue(forKey: variable)
  }

  /// ∂loss/∂scalar.
  public subscript(scalar: Objective.Scalar) -> Double { scalars[scalar] ?? 0 }

  /// How far any element of a gradient can be from the exact one, certified; nil in Float32, for a
  /// gradient that was not asked for, and for what nothing is certified of.
  public func errorBound(of variable: Objective.Variable) -> Double? {
    gradients[variable] == nil ? nil : gradientErrorBounds[variable]
  }
}
