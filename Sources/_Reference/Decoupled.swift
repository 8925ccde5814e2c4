import Foundation

/// The weights of pairs in decoupled contrast: 2 − N · softmax(s / σ) over the N pairs.
public func referenceDecoupledWeights(view1: Rows, view2: Rows, sigma: Double) -> [Double] {
  let logits = zip(view1, view2).map { dot($0, $1) / sigma }
  let total = logSumExp(logits)
  return logits.map { 2 - Double(logits.count) * exp($0 - total) }
}

/// Decoupled contrast by its definition, with a constant weight for each pair.
public func referenceDecoupled(
  view1: Rows, view2: Rows, temperature: Double, weights: [Double]
) -> ReferenceResult {
  let views = view1 + view2
  let (count, dimension) = (view1.count, view1[0].count)
  var gradient = zeros(views.count, dimension)
  var (loss, slope) = (0.0, 0.0)
  let scale = 1 / Double(views.count)
  for i in views.indices {
    let partner = (i + count) % views.count
    let negatives = views.indices.filter { $0 != i && $0 != partner }
    let own = dot(views[i], views[partner]) / temperature
    let logits = negatives.map { dot(views[i], views[$0]) / temperature }
    let (weight, total) = (weights[i % count], logSumExp(logits))
    loss += scale * (total - weight * own)
    func add(_ coefficient: Double, _ j: Int, _ logit: Double) {
      for d in 0..<dimension {
        gradient[i][d] += coefficient * views[j][d] / temperature
        gradient[j][d] += coefficient * views[i][d] / temperature
      }
      slope -= coefficient * logit / temperature
    }
    add(-scale * weight, partner, own)
    for (place, j) in negatives.enumerated() {
      add(scale * exp(logits[place] - total), j, logits[place])
    }
  }
  return ReferenceResult(
    loss: loss,
    gradients: ["view1": Array(gradient[..<count]), "view2": Array(gradient[count...])],
    temperatureGradient: slope)
}
