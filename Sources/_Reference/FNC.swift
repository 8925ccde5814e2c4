/// False negative cancellation by its definition.
///
/// Embeddings and support are view-major; without a bank the columns are the embeddings.
public func referenceFNC(
  embeddings: Rows, views: Int, support: Rows?, bank: Rows?, temperature: Double, topK: Int,
  threshold: Double?, takesMean: Bool, mode: String
) -> (result: ReferenceResult, falseNegatives: [[Int]]) {
  let images = embeddings.count / views
  let support = support ?? embeddings
  let columns = support + (bank ?? [])
  let found = (0..<images).map { image in
    let candidates = columns.indices.filter { $0 >= embeddings.count || $0 % images != image }
    let scores = candidates.map { column in
      let similarities = (0..<views).map { dot(support[$0 * images + image], columns[column]) }
      return takesMean
        ? similarities.reduce(0, +) / Double(views) : similarities.max() ?? -.infinity
    }
    return zip(scores, candidates).sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }
      .prefix(topK).filter { score, _ in threshold.map { score > $0 } ?? true }.map(\.1)
  }
  var gradient = zeros(embeddings.count, embeddings[0].count)
  var loss = 0.0
  let scale = 1 / Double(embeddings.count)
  for anchor in embeddings.indices {
    let image = anchor % images
    let canceled = mode == "none" ? [] : Set(found[image])
    var (positives, negatives): ([Int], [Int]) = ([], [])
    for column in columns.indices where column != anchor {
      if column < embeddings.count, column % images == image {
        positives.append(column)
      } else if !canceled.contains(column) {
        negatives.append(column)
      } else if mode == "attract" {
        positives.append(column)
      }
    }
    let logits = columns.map { dot(embeddings[anchor], $0) / temperature }
    let row = severalPositives(
      positives.map { logits[$0] }, negatives: negatives.map { logits[$0] })
    loss += scale * row.loss
    for (column, coefficient) in zip(positives + negatives, row.positive + row.negative) {
      let factor = scale * coefficient / temperature
      for d in gradient[anchor].indices {
        gradient[anchor][d] += factor * columns[column][d]
        if bank == nil { gradient[column][d] += factor * embeddings[anchor][d] }
      }
    }
  }
  return (ReferenceResult(loss: loss, gradients: ["embeddings": gradient]), found)
}
