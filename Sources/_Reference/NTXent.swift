import Foundation

/// NT-Xent by its definition: of the 2N views each must find its partner among all but itself.
public func referenceNTXent(view1: Rows, view2: Rows, temperature: Double) -> ReferenceResult {
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
    let margin = logSumExp(logits) - own
    loss += scale * softplus(margin)
    func add(_ coefficient: Double, _ j: Int, _ logit: Double) {
      for d in 0..<dimension {
        gradient[i][d] += coefficient * views[j][d] / temperature
        gradient[j][d] += coefficient * views[i][d] / temperature
      }
      slope -= coefficient * logit / temperature
    }
    add(-scale * logistic(margin), partner, own)
    for (place, j) in negatives.enumerated() {
      add(scale * logistic(margin) * exp(logits[place] - logSumExp(logits)), j, logits[place])
    }
  }
  return ReferenceResult(
    loss: loss,
    gradients: ["view1": Array(gradient[..<count]), "view2": Array(gradient[count...])],
    temperatureGradient: slope)
}
