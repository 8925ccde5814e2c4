/// The points of each cluster and label, kept only where there are any.
package struct Contingency: Sendable, Equatable {
  /// A cluster, a label and the number of points that have both.
  package struct Cell: Sendable, Equatable {
    /// Place of the cluster in `clusters`.
    package let cluster: Int
    /// Place of the label in `labels`.
    package let label: Int
    /// Points that have both, at least 1.
    package let count: Int
  }

  /// The clusters that have points, ascending.
  package let clusters: [Int]
  /// The labels that occur, ascending.
  package let labels: [Int]
  /// The cells that are not zero, by cluster and then by label.
  package let cells: [Cell]
  /// Points of each cluster.
  package let clusterSizes: [Int]
  /// Points of each label.
  package let labelSizes: [Int]

  /// Number of points.
  package var points: Int { clusterSizes.reduce(0, +) }

  /// Counts the points of two partitions; those of −1 in either are excluded.
  ///
  /// Complexity: O(n log n) at most; memory O(cells that are not zero).
  package init(clusters: [Int], labels: [Int]) throws(ContrastiveError) {
    guard !clusters.isEmpty else { throw .empty(argument: "clusters") }
    try requireLabels(labels, count: clusters.count, each: "point")
    let known = zip(clusters, labels).filter { $0 != unlabeled && $1 != unlabeled }
    guard !known.isEmpty else { throw noLabels("labels") }
    let (rows, columns) = (ClassPlaces(known.map(\.0)), ClassPlaces(known.map(\.1)))
    var counts: [Int: Int] = [:]
    for (row, column) in zip(rows.places, columns.places) {
      counts[row * columns.classes.count + column, default: 0] += 1
    }
    self.init(
      clusters: rows.classes, labels: columns.classes,
      cells: counts.sorted { $0.key < $1.key }.map {
        Cell(
          cluster: $0.key / columns.classes.count, label: $0.key % columns.classes.count,
          count: $0.value)
      })
  }

  /// Counts that are known already.
  init(clusters: [Int], labels: [Int], cells: [Cell]) {
    self.clusters = clusters
    self.labels = labels
    self.cells = cells
    var clusterSizes = [Int](repeating: 0, count: clusters.count)
    var labelSizes = [Int](repeating: 0, count: labels.count)
    for cell in cells {
      clusterSizes[cell.cluster] += cell.count
      labelSizes[cell.label] += cell.count
    }
    self.clusterSizes = clusterSizes
    self.labelSizes = labelSizes
  }

  /// Counts of a table; see `ClusterAgreement.init(table:)`.
  package init(table: [[Int]]) throws(ContrastiveError) {
    guard let columns = table.first?.count, columns > 0 else { throw .empty(argument: "table") }
    var cells: [Cell] = []
    var total = 0.0
    for (row, counts) in table.enumerated() {
      try requireShape(
        counts.count == columns, "table", "[\(counts.count)] in row \(row)", "[\(columns)]")
      for (column, count) in counts.enumerated() where count != 0 {
        try requireParameter(count > 0, "table", count, "counts of 0 or more")
        total += Double(count)
        cells.append(Cell(cluster: row, label: column, count: count))
      }
    }
    try requireParameter(
      total <= 0x1p53, "table", total, "counts that add up to at most 2⁵³")
    self.init(
      clusters: Array(table.indices), labels: Array(0..<columns), cells: cells)
    try requireParameter(
      !clusterSizes.contains(0) && !labelSizes.contains(0), "table", "zeros only",
      "a count in each row and column")
  }
}
