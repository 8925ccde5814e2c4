/// Two matrices of the same shape in one, so that a tile holds the same rows of both.
///
/// Each row block of a `RectanglePass` is the two matrices' rows of one range, first those of the
/// one, then those of the other.
package enum TwinRows {
  /// [first's rows 0 ..< b; second's rows 0 ..< b; first's rows b ..< 2b; …], b half of a block's
  /// rows.
  ///
  /// `columns` are those of the pass.
  package static func interleaved(
    _ first: Matrix, _ second: Matrix, columns: Int
  ) -> Matrix {
    precondition(first.rows == second.rows && first.columns == second.columns)
    var values: [Float] = []
    values.reserveCapacity(2 * first.rows * first.columns)
    for block in blocks(of: 2 * first.rows, columns) {
      let range = rows(of: block)
      let elements = (range.lowerBound * first.columns)..<(range.upperBound * first.columns)
      values += first.values[elements]
      values += second.values[elements]
    }
    return Matrix(rows: 2 * first.rows, columns: first.columns, sharing: values)
  }

  /// The two matrices that were interleaved for a pass of as many columns.
  package static func separated(
    _ both: Matrix, columns: Int
  ) -> (first: Matrix, second: Matrix) {
    precondition(both.rows % 2 == 0)
    var (first, second): ([Float], [Float]) = ([], [])
    first.reserveCapacity(both.rows / 2 * both.columns)
    second.reserveCapacity(both.rows / 2 * both.columns)
    for block in blocks(of: both.rows, columns) {
      let middle = (block.lowerBound + block.upperBound) / 2
      first += both.values[(block.lowerBound * both.columns)..<(middle * both.columns)]
      second += both.values[(middle * both.columns)..<(block.upperBound * both.columns)]
    }
    return (
      Matrix(rows: both.rows / 2, columns: both.columns, sharing: first),
      Matrix(rows: both.rows / 2, columns: both.columns, sharing: second)
    )
  }

  /// The same as rows of a pass, which multiplies the first in 16 bits where these are so encoded
  /// and the second in Float32.
  package static func operand(
    _ name: String, _ first: Operand, _ second: Operand, columns: Int
  ) -> Operand {
    Operand(
      name, interleaved(first.matrix, second.matrix, columns: columns), firstTwins: first.codes)
  }

  /// What a tile of interleaved rows has of the one and of the other, under their own numbers.
  static func tiles(of both: Tile) -> (first: Tile, second: Tile) {
    let rows = rows(of: both.rows)
    func tile(_ values: UnsafeMutablePointer<Float>) -> Tile {
      Tile(rows: rows, columns: both.columns, values: values, stride: both.stride)
    }
    return (tile(both.values), tile(both.row(rows.count)))
  }

  /// The rows of both that are in a block of interleaved rows.
  static func rows(of block: Range<Int>) -> Range<Int> {
    let first = block.lowerBound / 2
    return first..<(first + block.count / 2)
  }

  private static func blocks(of rows: Int, _ columns: Int) -> [Range<Int>] {
    let grid = TileGrid(rows: rows, columns: columns)
    return (0..<grid.rowBlocks).map { grid.rows(block: $0) }
  }
}
