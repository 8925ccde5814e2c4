import Foundation

/// Hard-negative contrast by its definition; β = 0 is the debiased loss.
///
/// Everything is divided by p: x = Ng/p, and the row's loss is log(1 + x).
public func referenceHCL(
  view1: Rows, view2: Rows, temperature: Double, tauPlus: Double, beta: Double,
  detachesWeights: Bool = false
) -> ReferenceResult {
  let views = view1 + view2
  let count = view1.count
  var gradient = zeros(views.count, view1[0].count)
  var loss = 0.0
  let scale = 1 / Double(views.count)
  for i in views.indices {
    let partner = (i + count) % views.count
    let negatives = views.indices.filter { $0 != i && $0 != partner }
    let number = Double(negatives.count)
    let positive = dot(views[i], views[partner]) / temperature
    let logits = negatives.map { dot(views[i], views[$0]) / temperature }
    let hard = logSumExp(logits.map { (1 + beta) * $0 })
    let weight = logSumExp(logits.map { beta * $0 })
    // R / p
    let ratio = number * exp(hard - weight - positive)
    let debiased = (ratio - tauPlus * number) / (1 - tauPlus)
    let floor = number * exp(-1 / temperature - positive)
    let x = max(debiased, floor)
    loss += scale * log1p(x)
    let forRatio = debiased >= floor ? ratio / ((1 - tauPlus) * (1 + x)) : 0
    let forPositive = debiased >= floor ? -forRatio : -x / (1 + x)
    func add(_ coefficient: Double, _ j: Int) {
      for d in gradient[i].indices {
        gradient[i][d] += scale * coefficient * views[j][d] / temperature
        gradient[j][d] += scale * coefficient * views[i][d] / temperature
      }
    }
    add(forPositive, partner)
    for (place, j) in negatives.enumerated() {
      let a = exp((1 + beta) * logits[place] - hard)
      let b = exp(beta * logits[place] - weight)
      add(forRatio * (detachesWeights ? a : (1 + beta) * a - beta * b), j)
    }
  }
  return ReferenceResult(
    loss: loss,
    gradients: ["view1": Array(gradient[..<count]), "view2": Array(gradient[count...])])
}
