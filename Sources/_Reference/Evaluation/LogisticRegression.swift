import Foundation

/// Multinomial logistic regression with a penalty on the weights: the objective and its gradient.
///
/// `weights` is [classes × D]; features are taken as they are.
public func referenceLogisticRegression(
  weights: Rows, intercepts: [Double], features: Rows, places: [Int], penalty: Double
) -> (loss: Double, weights: Rows, intercepts: [Double]) {
  let scale = 1 / Double(features.count)
  var loss = 0.0
  var forWeights = weights.map { $0.map { penalty * scale * $0 } }
  var forIntercepts = intercepts.map { _ in 0.0 }
  for (row, own) in zip(features, places) {
    let scores = zip(weights, intercepts).map { dot($0, row) + $1 }
    let normalizer = logSumExp(scores)
    loss += scale * (normalizer - scores[own])
    for place in scores.indices {
      let residual = exp(scores[place] - normalizer) - (place == own ? 1 : 0)
      forIntercepts[place] += scale * residual
      for column in row.indices { forWeights[place][column] += scale * residual * row[column] }
    }
  }
  for row in weights { loss += penalty * scale / 2 * dot(row, row) }
  return (loss, forWeights, forIntercepts)
}
