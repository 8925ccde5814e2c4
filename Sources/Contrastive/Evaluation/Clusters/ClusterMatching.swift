/// The one-to-one matching of clusters and labels that has the most points in common.
///
/// ```
/// accuracy = max over injective matchings of Σ n_(i, match(i)) / n
/// ```
/// which reads clusters as predictions of labels. A cluster or label without a partner counts
/// nothing. Found exactly by shortest augmenting paths with potentials in whole numbers.
///
/// Sources: Kuhn, "The Hungarian method for the assignment problem", 1955; Jonker and Volgenant, "A
/// shortest augmenting path algorithm for dense and sparse linear assignment problems", 1987.
struct ClusterMatching: Sendable {
  /// Points of matched pairs.
  let common: Int

  /// Most clusters, and most labels, that are matched: 3,000.
  static let largest = 3_000

  /// Matches; nil where there are more than `largest` of both.
  ///
  /// Complexity: O(s² · l) for s the smaller and l the larger of both numbers.
  init?(_ table: Contingency) {
    let (clusters, labels) = (table.clusters.count, table.labels.count)
    guard min(clusters, labels) <= Self.largest else { return nil }
    let isWide = clusters <= labels
    let (rows, columns) = isWide ? (clusters, labels) : (labels, clusters)
    var counts = [Int](repeating: 0, count: rows * columns)
    for cell in table.cells {
      let (row, column) = isWide ? (cell.cluster, cell.label) : (cell.label, cell.cluster)
      counts[row * columns + column] = cell.count
    }
    let owners = Self.owners(counts, rows: rows, columns: columns)
    common = owners.enumerated().reduce(0) { sum, entry in
      entry.element < 0 ? sum : sum + counts[entry.element * columns + entry.offset]
    }
  }

  /// The row that each column is matched with, −1 for none, so that the sum of counts is largest.
  private static func owners(_ counts: [Int], rows: Int, columns: Int) -> [Int] {
    var rowPrice = [Int](repeating: 0, count: rows)
    var columnPrice = [Int](repeating: 0, count: columns)
    var owners = [Int](repeating: -1, count: columns)
    for start in 0..<rows {
      var least = [Int](repeating: .max, count: columns)
      var before = [Int](repeating: -1, count: columns)
      var isDone = [Bool](repeating: false, count: columns)
      // The column at the path's end; −1 is before the first.
      var (row, end) = (start, -1)
      while true {
        var (step, next) = (Int.max, -1)
        for column in 0..<columns where !isDone[column] {
          let slack = -counts[row * columns + column] - rowPrice[row] - columnPrice[column]
          if slack < least[column] { (least[column], before[column]) = (slack, end) }
          if least[column] < step { (step, next) = (least[column], column) }
        }
        rowPrice[start] += step
        for column in 0..<columns {
          if isDone[column] {
            rowPrice[owners[column]] += step
            columnPrice[column] -= step
          } else {
            least[column] -= step
          }
        }
        (isDone[next], end) = (true, next)
        guard owners[next] >= 0 else { break }
        row = owners[next]
      }
      while end >= 0 {
        let previous = before[end]
        owners[end] = previous >= 0 ? owners[previous] : start
        end = previous
      }
    }
    return owners
  }
}
