import Contrastive

extension Matrix {
  /// How far unit rows point in different directions: √(1 − ‖their mean‖²).
  ///
  /// 0 when all rows are the same, which is collapse; 1 when they cancel out. √dimension times the
  /// root mean square of the coordinates' deviations, of which SimSiam's authors watch the mean
  /// (Chen and He, CVPR 2021, §4.1), as `Collapse.spread` does.
  package func unitSpread() -> Double {
    var mean = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for (column, value) in self.row(row).enumerated() {
        mean[column] += Double(value) / Double(rows)
      }
    }
    return max(0, 1 - mean.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }
}
