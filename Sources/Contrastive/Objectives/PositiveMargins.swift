/// How far the positives of each anchor, one or more, stand out from its negatives.
///
/// With margin a = log Σ_{negatives} exp(u) − log Σ_{positives} exp(u), positives P and
/// q = softmax(u) over P,
/// ```
/// row's loss      −mean_P log softmax(u)   = [log Σ_P exp(u) − mean_P u] + log(1 + eᵃ)
///  (summed inside) −log mean_P softmax(u)  = log |P| + log(1 + eᵃ)
/// push            ν = 1 / (1 + e⁻ᵃ)
/// ∂/∂u, positive  (q − 1/|P|) − ν q        (summed inside: −ν q)
/// ∂/∂u, negative  ν · softmax over the negatives
/// ```
/// Positives and negatives apart, nothing is lost where an anchor is well fitted (a ≪ 0): with a
/// single positive the bracket and q − 1/|P| are exactly 0. A row without positives has loss 0.
struct PositiveMargins: Sendable {
  /// Loss of each row.
  private(set) var loss: [Double] = []
  /// ν of each row; 0 for a row without positives.
  private(set) var push: [Double] = []
  /// Mean over the rows of ∂(row's loss)/∂temperature.
  let temperatureGradient: Double
  private let temperature: Double
  private let positives: RowSoftmax
  private let negatives: RowSoftmax
  /// 1 / |P| of each row, 0 where the sum is inside the logarithm.
  private(set) var target: [Double] = []
  private let insideLogarithm: Bool

  /// `totals` and `counts` are the sum and the number of each row's positive similarities.
  init(
    positives: RowSoftmax, totals: [Double], counts: [Int], negatives: RowSoftmax,
    temperature: Double, insideLogarithm: Bool = false
  ) {
    self.temperature = temperature
    self.positives = positives
    self.negatives = negatives
    self.insideLogarithm = insideLogarithm
    var slope = 0.0
    for (row, count) in counts.enumerated() {
      guard count > 0 else {
        loss.append(0)
        push.append(0)
        target.append(0)
        continue
      }
      let margin = negatives.logSum[row] - positives.logSum[row]
      let mean = totals[row] / Double(count)
      let own =
        insideLogarithm
        ? logarithm(Double(count)) : max(0, positives.logSum[row] - mean / temperature)
      loss.append(own + softplus(margin))
      push.append(logistic(margin))
      target.append(insideLogarithm ? 0 : 1 / Double(count))
      slope -=
        logistic(margin) * (negatives.mean[row] - positives.mean[row])
        + (insideLogarithm ? 0 : positives.mean[row] - mean)
    }
    temperatureGradient =
      slope / (temperature * temperature * Double(max(1, counts.count)))
  }

  var meanLoss: Double { loss.reduce(0, +) / Double(max(1, loss.count)) }

  /// ∂(row's loss)/∂u for a positive of a similarity.
  func positive(_ row: Int, _ similarity: Double) -> Double {
    let q = exponential(similarity / temperature - positives.logSum[row])
    return insideLogarithm ? -push[row] * q : q - target[row] - push[row] * q
  }

  /// ∂(row's loss)/∂u for a negative of a similarity.
  func negative(_ row: Int, _ similarity: Double) -> Double {
    push[row] * exponential(similarity / temperature - negatives.logSum[row])
  }

  /// ∂/∂u of the negatives times `scale`, for a coefficients sweep shifted by `maximum`.
  func negativeSide(_ maximum: [Float], scale: Double) -> SoftmaxCoefficients.Side {
    side(maximum) { scale * push[$0] * exponential($1 - negatives.logSum[$0]) }
  }

  /// ∂/∂u + `target` of the positives times `scale`, for a coefficients sweep shifted by `maximum`.
  func positiveSide(_ maximum: [Float], scale: Double) -> SoftmaxCoefficients.Side {
    side(maximum) {
      scale * ((insideLogarithm ? 0 : 1) - push[$0]) * exponential($1 - positives.logSum[$0])
    }
  }

  private func side(
    _ maximum: [Float], weight: (_ row: Int, _ top: Double) -> Double
  ) -> SoftmaxCoefficients.Side {
    SoftmaxCoefficients.Side(
      shift: maximum.map { $0 == -.infinity ? 0 : $0 },
      weight: maximum.enumerated().map { row, top in
        top == -.infinity ? 0 : Float(weight(row, Double(top) / temperature))
      })
  }
}
