import Foundation

/// Rows of Double: what the references compute with.
public typealias Rows = [[Double]]

/// A loss and its gradients by name.
public struct ReferenceResult: Sendable {
  /// The value.
  public var loss: Double
  /// ∂loss/∂input, by the input's name.
  public var gradients: [String: Rows]
  /// ∂loss/∂hyper-parameter, by its name.
  public var scalars: [String: Double]
  /// The losses of the rows, whose mean is the value, in the order that the objective states.
  public var losses: [Double]?

  /// A value and its gradients.
  public init(
    loss: Double, gradients: [String: Rows], temperatureGradient: Double? = nil,
    biasGradient: Double? = nil, losses: [Double]? = nil
  ) {
    self.loss = loss
    self.gradients = gradients
    self.losses = losses
    scalars = [:]
    scalars["temperature"] = temperatureGradient
    scalars["bias"] = biasGradient
  }

  /// ∂loss/∂temperature.
  public var temperatureGradient: Double? {
    get { scalars["temperature"] }
    set { scalars["temperature"] = newValue }
  }
}

/// Rows of zeros.
public func zeros(_ rows: Int, _ columns: Int) -> Rows {
  Rows(repeating: [Double](repeating: 0, count: columns), count: rows)
}

/// log(1 + eˣ), with all its digits where eˣ is small.
public func softplus(_ x: Double) -> Double { x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)) }

/// 1 / (1 + e⁻ˣ), with all its digits where it is small.
public func logistic(_ x: Double) -> Double { x > 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)) }

/// The dot product.
public func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += a[index] * b[index] }
  return sum
}

/// log Σ exp, shifted by the maximum; −∞ of nothing.
public func logSumExp(_ values: [Double]) -> Double {
  guard let top = values.max() else { return -.infinity }
  var sum = 0.0
  for value in values { sum += exp(value - top) }
  return top + log(sum)
}
