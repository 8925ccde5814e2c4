import CLibrary
import ContrastiveCore

/// The values that an array of a network starts with.
public enum Initialization: Sendable, Equatable {
  /// The same number everywhere.
  case constant(Float)
  /// Independent draws of N(0, deviation²).
  case normal(deviation: Float)
  /// Independent draws of U[−bound, bound).
  case uniform(bound: Float)

  /// He's normal initialization: deviation √(2 / inputs).
  ///
  /// Keeps the second moment through a rectifier (He et al., "Delving deep into rectifiers",
  /// ICCV 2015).
  ///
  /// - Parameter inputs: number of terms in each output's sum (the fan-in).
  /// - Returns: the normal initialization.
  public static func he(inputs: Int) -> Initialization {
    .normal(deviation: (2 / Float(inputs)).squareRoot())
  }

  /// Uniform in ±1/√inputs, PyTorch's default for linear layers and for every bias.
  ///
  /// - Parameter inputs: number of terms in each output's sum (the fan-in).
  /// - Returns: the uniform initialization.
  public static func inverseRoot(inputs: Int) -> Initialization {
    .uniform(bound: 1 / Float(inputs).squareRoot())
  }

  func values(_ count: Int, using random: inout CounterRandom) -> [Float] {
    var values = [Float]()
    values.reserveCapacity(count)
    switch self {
    case .constant(let value):
      values.append(contentsOf: repeatElement(value, count: count))
    case .uniform(let bound):
      for _ in 0..<count { values.append(random.uniform(-bound, bound)) }
    case .normal(let deviation):
      // Box–Muller; 1 − u lies in (0, 1], where the logarithm is finite.
      while values.count < count {
        let radius = (-2 * log(1 - Double(random.uniform()))).squareRoot()
        let angle = 2 * Double.pi * Double(random.uniform())
        values.append(deviation * Float(radius * cos(angle)))
        if values.count < count { values.append(deviation * Float(radius * sin(angle))) }
      }
    }
    return values
  }
}
