/// Labels as groups of rows.
struct AuditLabels {
  /// The group of each row; a row without a label is a group by itself.
  let groups: [Int32]
  /// Groups that are labels; those above are rows without one.
  private let labelCount: Int

  /// The labels of an audit's rows, −1 for none.
  ///
  /// Throws `ContrastiveError`: `.shape` for another number of labels.
  init(_ labels: [Int], rows: Int) throws(ContrastiveError) {
    try requireLabels(labels, count: rows, each: "row of embeddings")
    let target = ClassPlaces(labels)
    let count = target.classes.count
    labelCount = count
    groups = target.places.enumerated().map { row, place in
      Int32(place == unlabeled ? count + row : place)
    }
  }

  /// Whether a row has a label.
  func isKnown(_ row: Int) -> Bool { groups[row] < labelCount }

  /// The rows that have a label.
  var knownRows: [Int] { groups.indices.filter(isKnown) }
}
