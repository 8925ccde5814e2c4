/// A contrastive objective: a small value that holds the hyper-parameters.
///
/// Its `evaluate` method takes embeddings and returns the loss with the gradients asked for.
public protocol Objective: Sendable {
  /// What the loss can be differentiated by. The raw value is the name in files and messages.
  associatedtype Variable: RawRepresentable<String> & CaseIterable & Hashable & Sendable

  /// The gradients computed when none are named.
  static var defaultGradients: Set<Variable> { get }
}

/// A loss with the gradients that were asked for.
public struct Evaluation<Variable: Hashable & Sendable>: Sendable {
  /// The value of the objective.
  public let loss: Double
  /// ∂loss/∂variable, in the variable's own shape, for each variable asked for but the temperature.
  public let gradients: [Variable: Matrix]
  /// ∂loss/∂temperature, when asked for.
  public let temperatureGradient: Double?
  /// Counts of what an objective that selects has selected, by name.
  public let selected: [String: Int]
  /// Options that the data settled, by name, such as a partition that was not given.
  public let settled: [String: Double]

  /// ∂loss/∂variable, when it was asked for.
  public subscript(variable: Variable) -> Matrix? { gradients[variable] }

  package init(
    loss: Double, gradients: [Variable: Matrix] = [:], temperatureGradient: Double? = nil,
    selected: [String: Int] = [:], settled: [String: Double] = [:]
  ) {
    self.loss = loss
    self.gradients = gradients
    self.temperatureGradient = temperatureGradient
    self.selected = selected
    self.settled = settled
  }
}
