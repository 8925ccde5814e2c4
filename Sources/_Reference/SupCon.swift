/// The supervised contrastive loss by its definition: each row must find the rows of its label;
/// −1 is none.
public func referenceSupCon(
  embeddings: Rows, labels: [Int], temperature: Double, baseTemperature: Double?,
  insideLogarithm: Bool
) -> ReferenceResult {
  var gradient = zeros(embeddings.count, embeddings[0].count)
  var (loss, slope) = (0.0, 0.0)
  let factor = (baseTemperature.map { temperature / $0 } ?? 1) / Double(embeddings.count)
  for i in embeddings.indices {
    let others = embeddings.indices.filter { $0 != i }
    let logits = embeddings.map { dot(embeddings[i], $0) / temperature }
    let positives = others.filter { labels[$0] == labels[i] && labels[i] != -1 }
    let negatives = others.filter { !positives.contains($0) }
    let row = severalPositives(
      positives.map { logits[$0] }, negatives: negatives.map { logits[$0] },
      insideLogarithm: insideLogarithm)
    loss += factor * row.loss
    for (j, coefficient) in zip(positives + negatives, row.positive + row.negative) {
      slope -= factor * coefficient * logits[j] / temperature
      for d in gradient[i].indices {
        gradient[i][d] += factor * coefficient * embeddings[j][d] / temperature
        gradient[j][d] += factor * coefficient * embeddings[i][d] / temperature
      }
    }
  }
  // The factor is differentiated too, when there is one.
  if baseTemperature != nil { slope += loss / temperature }
  return ReferenceResult(
    loss: loss, gradients: ["embeddings": gradient], temperatureGradient: slope)
}
