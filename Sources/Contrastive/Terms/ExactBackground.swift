/// The second term of `InvP` with the background of the paper: hard positives against what is near
/// and was not reached.
///
/// With h the sum of the hard positives and b that of the background, a = log b − log h and
/// Q = 1 / (1 + eᵃ), a row's value is −log(Q + ε), and its slope by a is Q/(Q + ε) · (1 − Q).
struct ExactBackground: Sendable {
  /// Weight × the value of each query.
  private(set) var losses: [Double] = []
  /// ∂loss/∂a of each row, over the temperature.
  private var slopes: [Double] = []
  private let sums: [Double]
  private let positives: HardPositives

  init(objective: InvP, background: [LogSumExp], sums: [Double], positives: HardPositives) {
    self.sums = sums
    self.positives = positives
    let logEpsilon = logarithm(objective.epsilon)
    let scale = objective.weight / Double(sums.count)
    for row in sums.indices {
      guard positives.logSum[row] > -.infinity, background[row].logSum > -.infinity else {
        // Nothing to be found, or nothing to be told from: Q is 1 but for ε.
        losses.append(
          positives.logSum[row] > -.infinity ? -objective.weight * softplus(logEpsilon) : 0)
        slopes.append(0)
        continue
      }
      let margin = background[row].logSum - positives.logSum[row]
      let quotient = -softplus(margin)
      losses.append(objective.weight * minusLog(quotient, logEpsilon))
      slopes.append(
        scale / objective.temperature * logistic(quotient - logEpsilon) * logistic(margin))
    }
  }

  /// A gradient with this term's added to it.
  func adding(to gradient: Matrix, _ backgroundSums: Matrix) -> Matrix {
    var gradient = gradient
    let (rows, columns) = (gradient.rows, gradient.columns)
    gradient.withUnsafeMutableBufferPointer { gradient in
      for row in 0..<rows where slopes[row] != 0 {
        for (column, value) in backgroundSums.row(row).enumerated() {
          let place = row * columns + column
          gradient[place] += Float(
            slopes[row] * (Double(value) / sums[row] - positives.mean[place]))
        }
      }
    }
    return gradient
  }
}
