import Foundation

/// SwAV by its definition.
///
/// `views` row v·images + b; `fixedViews` and `fixedPrototypes` are what codes are
/// computed from; `queue` row a·L + l.
public func referenceSwAV(
  views: Rows, fixedViews: Rows, count: Int, prototypes: Rows, fixedPrototypes: Rows, queue: Rows,
  assigned: Int, epsilon: Double, iterations: Int, temperature: Double
) -> ReferenceResult {
  let images = views.count / count
  let queued = queue.count / assigned
  var (loss, forViews) = (0.0, zeros(views.count, views[0].count))
  var forPrototypes = zeros(prototypes.count, prototypes[0].count)
  let weight = 1 / Double(assigned * (count - 1) * images)
  for i in 0..<assigned {
    let rows =
      queue[(i * queued)..<((i + 1) * queued)] + fixedViews[(i * images)..<((i + 1) * images)]
    let scores = rows.map { row in fixedPrototypes.map { dot(row, $0) } }
    let codes = referenceSinkhorn(scores: scores, epsilon: epsilon, iterations: iterations)[
      queued...]
    for v in 0..<count where v != i {
      for (b, code) in codes.enumerated() {
        let row = v * images + b
        let logits = prototypes.map { dot(views[row], $0) / temperature }
        let normalizer = logSumExp(logits)
        let mass = code.reduce(0, +)
        for (k, target) in code.enumerated() {
          loss += weight * target * (normalizer - logits[k])
          let slope = weight * (mass * exp(logits[k] - normalizer) - target) / temperature
          for d in forViews[row].indices {
            forViews[row][d] += slope * prototypes[k][d]
            forPrototypes[k][d] += slope * views[row][d]
          }
        }
      }
    }
  }
  return ReferenceResult(
    loss: loss, gradients: ["views": forViews, "prototypes": forPrototypes])
}
