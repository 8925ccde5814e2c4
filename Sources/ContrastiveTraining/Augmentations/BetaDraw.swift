import CLibrary
import ContrastiveCore

extension CounterRandom {
  /// A draw of Beta(α, α): X / (X + Y) of two draws of Gamma(α).
  mutating func symmetricBeta(_ alpha: Float) -> Float {
    let (x, y) = (logarithmOfGamma(Double(alpha)), logarithmOfGamma(Double(alpha)))
    return Float(logistic(x - y))
  }

  /// The logarithm of a draw of Gamma(α, 1), because the draw itself underflows where α is small.
  ///
  /// Marsaglia and Tsang, "A simple method for generating gamma variables", 2000, with their
  /// Gamma(α) = Gamma(α + 1) · U^(1/α).
  private mutating func logarithmOfGamma(_ alpha: Double) -> Double {
    let d = alpha + 1 - 1 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let radius = (-2 * log(1 - Double(uniform()))).squareRoot()
      let normal = radius * cos(2 * Double.pi * Double(uniform()))
      let root = 1 + c * normal
      guard root > 0 else { continue }
      let cube = root * root * root
      let uniform = 1 - Double(uniform())
      if log(uniform) < normal * normal / 2 + d - d * cube + d * log(cube) {
        return log(d * cube) + log(1 - Double(self.uniform())) / alpha
      }
    }
  }
}
