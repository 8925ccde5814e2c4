/// How often each cluster meets each label: counts of 64 bits, kept only where they are not zero.
public struct Contingency: Sendable, Equatable {
  /// A cluster, a label and the number of points that have both.
  public struct Cell: Sendable, Equatable {
    /// Place of the cluster in `clusters`.
    public let cluster: Int
    /// Place of the label in `labels`.
    public let label: Int
    /// Points that have both, at least 1.
    public let count: Int64
  }

  /// The clusters that have points, ascending.
  public let clusters: [Int64]
  /// The labels that occur, ascending.
  public let labels: [Int64]
  /// The cells that are not zero, by cluster and then by label.
  public let cells: [Cell]
  /// Points of each cluster.
  public let clusterSizes: [Int64]
  /// Points of each label.
  public let labelSizes: [Int64]

  /// Number of points.
  public var points: Int64 { clusterSizes.reduce(0, +) }

  /// Counts the points of two partitions.
  ///
  /// Complexity: O(n log n) at most; memory O(cells that are not zero).
  ///
  /// - Parameters:
  ///   - clusters: the cluster of each point, any numbers.
  ///   - labels: the label of each point, any numbers.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`.
  public init(clusters: [Int64], labels: [Int64]) throws(ContrastiveError) {
    guard !clusters.isEmpty else { throw .empty(argument: "clusters") }
    guard labels.count == clusters.count else {
      throw .shape(
        argument: "labels", found: "[\(labels.count)]",
        expected: "[\(clusters.count)], one for each point")
    }
    let (rows, columns) = (ClassPlaces(clusters), ClassPlaces(labels))
    var counts: [Int: Int64] = [:]
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
  init(clusters: [Int64], labels: [Int64], cells: [Cell]) {
    self.clusters = clusters
    self.labels = labels
    self.cells = cells
    var clusterSizes = [Int64](repeating: 0, count: clusters.count)
    var labelSizes = [Int64](repeating: 0, count: labels.count)
    for cell in cells {
      clusterSizes[cell.cluster] += cell.count
      labelSizes[cell.label] += cell.count
    }
    self.clusterSizes = clusterSizes
    self.labelSizes = labelSizes
  }

  /// Counts of a table, such as one read elsewhere.
  ///
  /// - Parameter table: a row for each cluster, a column for each label, counts of 0 or more; no
  ///   row and no column may be all zeros.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape` for rows of different lengths, `.parameter`
  ///   for a negative count or an empty row or column.
  public init(table: [[Int64]]) throws(ContrastiveError) {
    guard let columns = table.first?.count, columns > 0 else { throw .empty(argument: "table") }
    var cells: [Cell] = []
    for (row, counts) in table.enumerated() {
      guard counts.count == columns else {
        throw .shape(
          argument: "table", found: "[\(counts.count)] in row \(row)", expected: "[\(columns)]")
      }
      for (column, count) in counts.enumerated() where count != 0 {
        guard count > 0 else {
          throw .parameter(name: "table", found: "\(count)", expected: "counts of 0 or more")
        }
        cells.append(Cell(cluster: row, label: column, count: count))
      }
    }
    self.init(
      clusters: table.indices.map(Int64.init), labels: (0..<columns).map(Int64.init), cells: cells)
    guard !clusterSizes.contains(0), !labelSizes.contains(0) else {
      throw .parameter(
        name: "table", found: "zeros only", expected: "a count in each row and column")
    }
  }
}
