/// Two matrices of the same shape in one, so that a tile holds the same rows of both.
///
/// Each row block of a rectangular sweep is the two matrices' rows of one range, first those of the
/// one, then those of the other.
package enum TwinRows {
  private static let rowsPerBlock = TileGrid.rowsPerTile / 2

  /// [first's rows 0 ..< 128; second's rows 0 ..< 128; first's rows 128 ..< 256; …].
  package static func interleaved(_ first: Matrix, _ second: Matrix) -> Matrix {
    precondition(first.rows == second.rows && first.columns == second.columns)
    var values: [Float] = []
    values.reserveCapacity(2 * first.rows * first.columns)
    for start in stride(from: 0, to: first.rows, by: rowsPerBlock) {
      let end = min(first.rows, start + rowsPerBlock)
      let elements = (start * first.columns)..<(end * first.columns)
      values += first.values[elements]
      values += second.values[elements]
    }
    return Matrix(rows: 2 * first.rows, columns: first.columns, sharing: values)
  }

  /// The two matrices that were interleaved.
  package static func separated(_ both: Matrix) -> (first: Matrix, second: Matrix) {
    precondition(both.rows % 2 == 0)
    var (first, second): ([Float], [Float]) = ([], [])
    first.reserveCapacity(both.rows / 2 * both.columns)
    second.reserveCapacity(both.rows / 2 * both.columns)
    for start in stride(from: 0, to: both.rows, by: 2 * rowsPerBlock) {
      let end = min(both.rows, start + 2 * rowsPerBlock)
      let middle = (start + end) / 2
      first += both.values[(start * both.columns)..<(middle * both.columns)]
      second += both.values[(middle * both.columns)..<(end * both.columns)]
    }
    return (
      Matrix(rows: both.rows / 2, columns: both.columns, sharing: first),
      Matrix(rows: both.rows / 2, columns: both.columns, sharing: second)
    )
  }

  /// The rows of both that are in a block of interleaved rows.
  static func rows(of block: Range<Int>) -> Range<Int> {
    let first = block.lowerBound / 2
    return first..<(first + block.count / 2)
  }
}
