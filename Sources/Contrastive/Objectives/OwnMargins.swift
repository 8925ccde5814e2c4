/// How far each anchor's own column stands out from its negatives.
///
/// With u the logits and margin a = log Σ_{negatives} exp(u) − u_own, the row's loss is log(1 +
/// eᵃ), the pull on its own column 1 / (1 + e⁻ᵃ), and the negatives share the same push by their
/// softmax. Computed from the negatives alone, none of the three loses digits when the row is well
/// fitted (a ≪ 0), where 1 − softmax would lose all of them.
struct OwnMargins: Sendable {
  /// a of each row; −∞ for a row without negatives.
  let margin: [Double]
  /// Loss of each row.
  let loss: [Double]
  /// 1 − softmax of the own column, for each row.
  let pull: [Double]
  /// The negatives of each row.
  let negatives: [SoftmaxSum]
  /// Mean over the rows of ∂(row's loss)/∂temperature.
  let temperatureGradient: Double

  /// `own` row i is anchor i's own column; `blocks` are the statistics of the negatives.
  init(
    _ anchors: Matrix, _ own: Matrix, against blocks: [RunningSoftmax.Partial], temperature: Double
  ) {
    negatives = blocks.flatMap { block in
      block.sum.indices.map {
        SoftmaxSum(
          maximum: Double(block.maximum[$0]), sum: block.sum[$0], spread: block.spread[$0])
      }
    }
    let similarities = anchors.rowDots(own)
    var margins: [Double] = []
    var loss: [Double] = []
    var pull: [Double] = []
    var slope = 0.0
    for row in 0..<anchors.rows {
      let others = negatives[row]
      guard others.sum > 0 else {
        margins.append(-.infinity)
        loss.append(0)
        pull.append(0)
        continue
      }
      let gap = others.maximum - similarities[row]
      let margin = gap / temperature + logarithm(others.sum)
      margins.append(margin)
      loss.append(softplus(margin))
      pull.append(logistic(margin))
      slope -= logistic(margin) * (gap - others.spread / others.sum)
    }
    margin = margins
    self.loss = loss
    self.pull = pull
    temperatureGradient =
      slope / (temperature * temperature * Double(max(1, anchors.rows)))
  }

  var meanLoss: Double { loss.reduce(0, +) / Double(max(1, loss.count)) }

  /// Each row's softmax over its negatives times its push times `scale`, for a coefficients sweep.
  func side(scale: Double) -> SoftmaxCoefficients.Side {
    SoftmaxCoefficients.Side(
      shift: negatives.map { $0.maximum == -.infinity ? 0 : Float($0.maximum) },
      weight: zip(pull, negatives).map { $1.sum > 0 ? Float($0 * scale / $1.sum) : 0 })
  }
}
