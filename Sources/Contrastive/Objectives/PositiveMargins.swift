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
/// With weights on the positives, mean_P is weighted and 1/|P| their shares. With
/// `HardNegativeWeights` Σ_{negatives} exp(u) is what they make of it (see `HardNegativeMargins`).
/// Positives and negatives apart, nothing is lost where an anchor is well fitted (a ≪ 0): with a
/// single positive the bracket and q − 1/|P| are exactly 0. A row without positives has loss 0.
struct PositiveMargins: Sendable {
  /// Loss of each row.
  private(set) var loss: [Double] = []
  /// ν of each row; 0 for a row without positives.
  private(set) var push: [Double] = []
  /// What stands for ν among the positives: the same, but on the floor of `HardNegativeMargins`.
  private var pull: [Double] = []
  /// Mean over the rows of ∂(row's loss)/∂temperature.
  let temperatureGradient: Double
  /// Rows whose negatives must be known to more digits than Float32 sums give.
  let delicate: [Int]
  private let temperature: Double
  private let positives: RowSoftmax
  private let negatives: NegativeStatistics
  /// 1 / Σ shares of each row's positives, 0 where the sum is inside the logarithm.
  private(set) var target: [Double] = []
  private let insideLogarithm: Bool

  /// `totals` and `shares` are the weighted sum of each row's positive similarities and the sum of
  /// the weights, `counts` the number of them.
  init(
    positives: RowSoftmax, totals: [Double], shares: [Double], counts: [Int],
    negatives: NegativeStatistics, temperature: Double, insideLogarithm: Bool = false
  ) {
    self.temperature = temperature
    self.positives = positives
    self.negatives = negatives
    self.insideLogarithm = insideLogarithm
    let hard = negatives.hardness.map { hardness in
      HardNegativeMargins(
        positives: positives.logSum, positiveCounts: counts.map { Double(max(1, $0)) },
        logMeans: counts.indices.map(negatives.logMean), counts: negatives.counts,
        temperature: temperature, tauPlus: hardness.tauPlus)
    }
    delicate = hard?.delicate.filter { counts[$0] > 0 } ?? []
    var slope = 0.0
    for (row, count) in counts.enumerated() {
      guard count > 0 else {
        loss.append(0)
        push.append(0)
        pull.append(0)
        target.append(0)
        continue
      }
      let margin = negatives.terms.logSum[row] - positives.logSum[row]
      let mean = totals[row] / shares[row]
      let own =
        insideLogarithm
        ? logarithm(Double(count)) : max(0, positives.logSum[row] - mean / temperature)
      loss.append(own + (hard?.loss[row] ?? softplus(margin)))
      push.append(hard?.push[row] ?? logistic(margin))
      pull.append(hard?.pull[row] ?? push[row])
      target.append(insideLogarithm ? 0 : 1 / shares[row])
      // The floor is that of negatives at similarity −1.
      slope -=
        (push[row] > 0 ? push[row] * (negatives.slope(row) - positives.mean[row]) : 0)
        + (push[row] == 0 ? pull[row] * (-1 - positives.mean[row]) : 0)
        + (insideLogarithm ? 0 : positives.mean[row] - mean)
    }
    temperatureGradient =
      slope / (temperature * temperature * Double(max(1, counts.count)))
  }

  /// Positives that weigh the same and negatives that are not weighted.
  init(
    positives: RowSoftmax, totals: [Double], counts: [Int], negatives: RowSoftmax,
    temperature: Double, insideLogarithm: Bool = false
  ) {
    self.init(
      positives: positives, totals: totals, shares: counts.map(Double.init), counts: counts,
      negatives: NegativeStatistics(negatives, temperature: temperature),
      temperature: temperature, insideLogarithm: insideLogarithm)
  }

  var meanLoss: Double { loss.reduce(0, +) / Double(max(1, loss.count)) }

  /// ∂(row's loss)/∂u for a positive of a similarity, which counts `weight` times and has `share`
  /// times the row's target.
  func positive(
    _ row: Int, _ similarity: Double, weight: Double = 1, share: Double = 1
  ) -> Double {
    let q = weight * exponential(similarity / temperature - positives.logSum[row])
    return insideLogarithm ? -pull[row] * q : q - share * target[row] - pull[row] * q
  }

  /// ∂(row's loss)/∂u for a negative of a similarity.
  func negative(_ row: Int, _ similarity: Double) -> Double {
    push[row] == 0 ? 0 : push[row] * negatives.share(row, similarity)
  }

  /// ∂/∂u of the negatives times `scale`, for a coefficients sweep shifted by `maximum`; without
  /// weights on them.
  func negativeSide(_ maximum: [Float], scale: Double) -> SoftmaxCoefficients.Side {
    negativeTerms([maximum], scale: scale, asColumns: false)[0].rows
      ?? SoftmaxCoefficients.Side(shift: [], weight: [])
  }

  /// ∂/∂u of the negatives times `scale`, for sweeps in which the anchors are rows, or columns.
  ///
  /// `maxima` are shifts for each of the softmaxes that make it up.
  func negativeTerms(
    _ maxima: [[Float]], scale: Double, asColumns: Bool
  ) -> [SoftmaxCoefficients] {
    zip(negatives.parts, maxima).map { part, maximum in
      let side = side(maximum) { row, top in
        push[row] == 0
          ? 0 : scale * part.weight * push[row] * exponential(part.factor * top - part.logSum[row])
      }
      return SoftmaxCoefficients(
        temperature: temperature / part.factor, rows: asColumns ? nil : side,
        columns: asColumns ? side : nil)
    }
  }

  /// ∂/∂u + `target` of the positives times `scale`, for a coefficients sweep shifted by `maximum`.
  func positiveSide(_ maximum: [Float], scale: Double) -> SoftmaxCoefficients.Side {
    side(maximum) {
      scale * ((insideLogarithm ? 0 : 1) - pull[$0]) * exponential($1 - positives.logSum[$0])
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
