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

  /// Groups that have all labeled rows in one, and every other row by itself; nil when all rows
  /// have a label.
  var known: [Int32]? {
    guard !groups.indices.allSatisfy(isKnown) else { return nil }
    return groups.indices.map { isKnown($0) ? 0 : Int32($0 + 1) }
  }
}
