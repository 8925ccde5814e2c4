/// The two logarithms of `InvP` and their derivatives, from the background without the own row.
///
/// With R = w_y/S, Q = h/(S − w_y), A = R/(R + ε) and A' = weight · Q/(Q + ε), the gradient is
/// ```
/// own inside the background:
///   (A · (1 − R) + A') · background mean − A · (1 − R) · own − A' · H mean
/// outside:
///   (A + A' · S/(S − w_y)) · background mean − (A + A' · w_y/(S − w_y)) · own − A' · H mean
/// ```
/// over B · temperature, the background mean being that of the rows but the own.
struct InvPTerms: Sendable {
  /// Loss of each query.
  private(set) var losses: [Double] = []
  /// Coefficients of the background's mean, of the own row, and of the hard positives' mean.
  private var coefficients: [(background: Double, own: Double, positives: Double)] = []
  private let sums: [Double]
  private let positives: HardPositives?

  init(
    objective: InvP, margins: Margins, backgroundSums sums: [Double], ownIsInside: [Bool],
    ownLogits: [Double], positives: HardPositives?
  ) {
    self.positives = positives
    self.sums = sums
    let logEpsilon = logarithm(objective.epsilon)
    let count = Double(ownLogits.count)
    let scale = 1 / (count * objective.temperature)
    for row in ownLogits.indices {
      // log of the background's sum without the own row, over w_y.
      let margin = margins.margin[row]
      let inside = ownIsInside[row]
      let ratio = inside ? -margins.loss[row] : -margin
      losses.append(minusLog(ratio, logEpsilon))
      let first = scale * logistic(ratio - logEpsilon)
      guard let positives else {
        let pull = inside ? first * margins.push[row] : first
        coefficients.append((pull, -pull, 0))
        continue
      }
      // S − w_y is what is left without the own row, or less than that where it is not in S.
      let apart = inside ? 0 : exponential(-margin)
      let quotient =
        positives.logSum[row] - ownLogits[row] - margin - (inside ? 0 : logarithm1p(-apart))
      losses[row] += objective.weight * minusLog(quotient, logEpsilon)
      let second = scale * objective.weight * logistic(quotient - logEpsilon)
      coefficients.append(
        inside
          ? (first * margins.push[row] + second, -first * margins.push[row], -second)
          : (
            first + second / (1 - apart), -first - second * apart / (1 - apart), -second
          ))
    }
  }

  /// One row for each query.
  func gradient(backgroundSums: Matrix, own: Matrix) -> Matrix {
    var gradient = backgroundSums
    let (rows, columns) = (own.rows, own.columns)
    gradient.withUnsafeMutableBufferPointer { gradient in
      for row in 0..<rows {
        let (factors, ownRow) = (coefficients[row], own.row(row))
        let background = factors.background / sums[row]
        for (column, value) in ownRow.enumerated() {
          let place = row * columns + column
          let positive = positives.map { factors.positives * $0.mean[place] } ?? 0
          gradient[place] = Float(
            background * Double(gradient[place]) + factors.own * Double(value) + positive)
        }
      }
    }
    return gradient
  }
}

/// −log(eˣ + ε) from x and log ε.
func minusLog(_ x: Double, _ logEpsilon: Double) -> Double {
  -x - softplus(logEpsilon - x)
}
