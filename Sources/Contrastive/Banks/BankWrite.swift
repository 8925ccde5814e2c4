/// A batch on its way into a bank, checked as a whole before anything is written.
struct BankWrite {
  /// The embeddings, each of unit length.
  let unit: Matrix
  private let ids: [Int]?
  private let labels: [Int]?
  let step: Int

  /// Checks a batch.
  ///
  /// - Throws: `ContrastiveError`: `.shape`, `.nonFinite`, `.tooLarge`, `.zeroNorm`, `.index` for a
  ///   negative id or a label below −1, `.parameter` for a step before the last one.
  init(
    _ embeddings: Matrix, ids: [Int]?, labels: [Int]?, step: Int?, last: Int, dimension: Int
  ) throws(ContrastiveError) {
    try requireShape(
      embeddings.columns == dimension, "embeddings", embeddings.shape,
      "[\(embeddings.rows) × \(dimension)]")
    if let ids { try requireIndices(ids, count: embeddings.rows, below: .max, named: "ids") }
    if let labels {
      try requireLabels(labels, count: embeddings.rows)
      try requireMinusOneOrMore(labels, named: "labels")
    }
    self.step = step ?? (last == .max ? last : last + 1)
    try requireParameter(
      self.step >= max(last, 0), "step", self.step, "\(max(last, 0)) or more, the last one")
    unit = try embeddings.normalized().rows
    self.ids = ids
    self.labels = labels
  }

  /// The sample id of a row, or −1.
  func id(_ row: Int) -> Int { ids?[row] ?? BankSlots.none }

  /// The label of a row, or −1.
  func label(_ row: Int) -> Int { labels?[row] ?? BankSlots.none }
}
