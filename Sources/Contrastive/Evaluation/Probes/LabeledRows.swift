/// The label of a row that has none: it is excluded from fits, votes and scores.
package let unlabeled = -1

/// The rows that have a label.
struct LabeledRows {
  let rows: Matrix
  let labels: [Int]

  /// Excludes rows without a label.
  ///
  /// Throws `ContrastiveError`: `.shape` for another number of labels, `.parameter` when no row has
  /// one.
  init(
    _ rows: Matrix, labels: [Int], named name: String = "labels"
  ) throws(ContrastiveError) {
    try requireLabels(labels, count: rows.rows, named: name)
    let chosen = labels.indices.filter { labels[$0] != unlabeled }
    guard !chosen.isEmpty || labels.isEmpty else { throw noLabels(name) }
    let isWhole = chosen.count == labels.count
    self.rows = isWhole ? rows : rows.rows(at: chosen)
    self.labels = isWhole ? labels : chosen.map { labels[$0] }
  }
}

/// The error for labels that are all −1.
func noLabels(_ name: String) -> ContrastiveError {
  .parameter(name: name, found: "-1 for every row", expected: "a label for at least one")
}

/// The distinct labels, ascending, and the place of each row's label among them; −1 for a row
/// without a label.
struct ClassPlaces {
  let classes: [Int]
  let places: [Int]

  init(_ labels: [Int]) {
    let classes = Set(labels).subtracting([unlabeled]).sorted()
    let place = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    self.classes = classes
    places = labels.map { place[$0, default: unlabeled] }
  }
}
