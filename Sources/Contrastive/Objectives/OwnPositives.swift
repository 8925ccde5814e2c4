/// Anchors with one positive each: row i of another matrix.
struct OwnPositives: Sendable {
  /// ⟨anchor, its positive⟩.
  let similarities: [Double]

  init(_ anchors: Matrix, _ own: Matrix) { similarities = anchors.rowDots(own) }

  /// How far they stand out from negatives.
  func margins(against negatives: NegativeStatistics) -> PositiveMargins {
    var softmax = RowSoftmax(rows: similarities.count)
    for (row, similarity) in similarities.enumerated() {
      softmax.add(logSum: similarity / negatives.temperature, mean: similarity, row: row)
    }
    return PositiveMargins(
      positives: softmax, totals: similarities, shares: similarities.map { _ in 1 },
      counts: similarities.map { _ in 1 }, negatives: negatives,
      temperature: negatives.temperature)
  }
}
