/// Lower bounds on distances between rows and columns that both move, in 16 bits each.
///
/// A bound is stored once, when a distance d is computed, as a whole number of units:
/// ```
/// stored = ⌊d⌋ + ⌊path(c)⌋ + ⌊path(x)⌋
/// ```
/// where a path is the length of all the moves so far. Ever after, the distance is at least
/// stored − path(c) − path(x), so nothing is rewritten when columns or rows move. 65,535 marks a
/// column that need not be looked at: the row's own, or none.
package struct BoundsWriter: Sendable {
  /// [rows × columns]; there may be more than the columns written, and fewer rows.
  package let memory: SharedMemory<UInt16>
  /// Bounds of a row.
  package let columns: Int
  /// Units in a distance of 1.
  package let inverseUnit: Float
  /// ⌊path(c)⌋.
  package let paths: SharedReadOnlyMemory<UInt16>
  /// ⌊path(x)⌋; empty when no row has moved.
  package let rowPaths: SharedReadOnlyMemory<UInt16>
  private let kernels = ClusterKernels.best

  package init(
    memory: SharedMemory<UInt16>, columns: Int, inverseUnit: Float,
    paths: SharedReadOnlyMemory<UInt16>, rowPaths: SharedReadOnlyMemory<UInt16>
  ) {
    self.memory = memory
    self.columns = columns
    self.inverseUnit = inverseUnit
    self.paths = paths
    self.rowPaths = rowPaths
  }

  /// The largest bound of a centroid that is not the row's own.
  package static let largest: UInt16 = 65_534
  /// Marks the row's own centroid.
  package static let own: UInt16 = 65_535

  package func row(_ row: Int) -> UnsafeMutablePointer<UInt16> { memory + row * columns }

  package func rowPath(_ row: Int) -> UInt16 { rowPaths.count == 0 ? 0 : rowPaths[row] }

  /// Stores the bounds of a run of columns from squared distances good to ± slack.
  package func write(
    _ squared: UnsafePointer<Float>, columns span: Range<Int>, row index: Int, slack: Float
  ) {
    kernels.quantizedBounds(
      squared, count: span.count, slack: slack, inverseUnit: inverseUnit,
      paths: paths + span.lowerBound, ownPath: rowPath(index),
      into: row(index) + span.lowerBound)
  }

  /// Stores the bound of one column from an exact distance.
  package func write(exact distance: Double, column: Int, row index: Int) {
    let units = max(0, (distance * Double(inverseUnit) - 0.0625).rounded(.down))
    let sum = min(units, 65_534) + Double(paths[column]) + Double(rowPath(index))
    row(index)[column] = UInt16(min(sum, Double(Self.largest)))
  }
}
