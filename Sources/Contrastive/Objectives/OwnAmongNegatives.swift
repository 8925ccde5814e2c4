/// Every anchor must find its own column among negatives: the shape that InfoNCE's family shares.
///
/// A row's negatives are the shared columns that are not excluded, any number at logit 0, and columns
/// of the row's own. Only the own column is apart (see `OwnMargins`). The value of a row is
/// log(1 + Σ_{negatives} exp(u − u_own)), 0 for a row without negatives.
struct OwnAmongNegatives: Sendable {
  let anchors: Operand
  /// Row i is anchor i's own column.
  let own: Matrix
  /// Columns that every row sees, in one sweep; there may be none.
  let columns: Operand
  let temperature: Double
  /// Entries of anchors × columns that take no part.
  var exclusions: [Exclusion] = []
  /// Negatives at logit 0 of each row, which have a value and no gradient; empty for none.
  var zeros: [Int] = []
  /// Columns of each row's own.
  var extras: [any RowColumns] = []

  /// The rows' margins and, when accumulating, what the anchors' gradient is made of.
  func run(
    accumulating: Bool, workers: Workers
  ) throws(ContrastiveError) -> (margins: OwnMargins, negatives: NegativeSums) {
    let pass = try TiledSweep(rows: anchors, columns: columns).run(
      RunningSoftmax(temperature: temperature, excluding: exclusions), accumulating: accumulating,
      workers: workers)
    var negatives = NegativeSums(pass, temperature: temperature)
    if !zeros.isEmpty { negatives.addZeros(zeros) }
    for extra in extras { try negatives.add(extra, of: anchors.matrix, workers: workers) }
    return (OwnMargins(anchors.matrix, own, against: negatives), negatives)
  }

  /// Adds `weight` × the mean over the anchors to a loss and, where there is one, to a gradient.
  func add(
    weight: Double, to loss: inout Double, gradient: inout Matrix?, workers: Workers
  ) throws(ContrastiveError) {
    let (margins, negatives) = try run(accumulating: gradient != nil, workers: workers)
    loss += weight * margins.meanLoss
    let scale = weight / (Double(anchors.matrix.rows) * temperature)
    if let sums = negatives.columns {
      gradient?.addRows(of: margins.anchorGradient(negativeSums: sums, own: own, scale: scale)) {
        _ in 1
      }
    }
  }
}
