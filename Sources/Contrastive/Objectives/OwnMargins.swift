/// How far each anchor's own column stands out from its negatives.
///
/// With u the logits and margin a = log Σ_{negatives} exp(u) − u_own, the row's loss is log(1 + eᵃ),
/// the pull on its own column 1 / (1 + e⁻ᵃ), and the negatives share the same push by their softmax.
/// Computed from the negatives alone, none of the three loses digits when the row is well fitted
/// (a ≪ 0), where 1 − softmax would lose all of them.
struct OwnMargins: Sendable {
  /// a of each row; −∞ for a row without negatives.
  let margin: [Double]
  /// Loss of each row.
  let loss: [Double]
  /// 1 − softmax of the own column, for each row.
  let pull: [Double]
  /// Largest negative similarity of each row; −∞ for a row without negatives.
  let maximum: [Float]
  /// Σ exp((s − maximum)/temperature) over the negatives of each row.
  let sum: [Double]
  /// Mean over the rows of ∂(row's loss)/∂temperature.
  let temperatureGradient: Double

  /// `own` row i is anchor i's own column; `blocks` are the statistics of the negatives.
  init(
    _ anchors: Matrix, _ own: Matrix, against blocks: [RunningSoftmax.Partial], temperature: Double
  ) {
    maximum = blocks.flatMap(\.maximum)
    sum = blocks.flatMap(\.sum)
    let spread = blocks.flatMap(\.spread)
    let similarities = anchors.rowDots(own)
    var margins: [Double] = []
    var loss: [Double] = []
    var pull: [Double] = []
    var slope = 0.0
    for row in 0..<anchors.rows {
      guard sum[row] > 0 else {
        margins.append(-.infinity)
        loss.append(0)
        pull.append(0)
        continue
      }
      let gap = Double(maximum[row]) - similarities[row]
      let margin = gap / temperature + logarithm(sum[row])
      margins.append(margin)
      loss.append(softplus(margin))
      pull.append(logistic(margin))
      slope -= logistic(margin) * (gap - spread[row] / sum[row])
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
      shift: maximum.map { $0 == -.infinity ? 0 : $0 },
      weight: zip(pull, sum).map { $1 > 0 ? Float($0 * scale / $1) : 0 })
  }

  /// scale · pull_i · ( negativeSums_i / sum_i − own_i ), one row for each anchor.
  func anchorGradient(negativeSums: Matrix, own: Matrix, scale: Double) -> Matrix {
    var gradient = negativeSums
    gradient.scaleRows { sum[$0] > 0 ? Float(pull[$0] * scale / sum[$0]) : 0 }
    gradient.addRows(of: own) { Float(-scale * pull[$0]) }
    return gradient
  }
}
