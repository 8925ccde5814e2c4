/// A rectangle of the similarity matrix, which exists only while it is read or written.
package struct Tile {
  /// Which rows (queries) it covers.
  package let rows: Range<Int>
  /// Which columns (keys, bank rows, prototypes) it covers.
  package let columns: Range<Int>
  /// The similarities, row-major: dot products, not yet divided by a temperature.
  package let values: UnsafeMutablePointer<Float>
  /// Elements from one row of `values` to the next.
  package let stride: Int

  package init(
    rows: Range<Int>, columns: Range<Int>, values: UnsafeMutablePointer<Float>, stride: Int
  ) {
    self.rows = rows
    self.columns = columns
    self.values = values
    self.stride = stride
  }

  /// The address of a row of the tile, `row` counted from the tile's first.
  package func row(_ row: Int) -> UnsafeMutablePointer<Float> { values + row * stride }

  /// Sets an entry to −∞, if the tile covers it; indices are those of the whole matrix.
  package func exclude(row: Int, column: Int) {
    guard rows ~= row, columns ~= column else { return }
    self.row(row - rows.lowerBound)[column - columns.lowerBound] = -.infinity
  }

  /// One row of the tile between two of its columns; indices are those of the whole matrix.
  package func part(row: Int, _ range: Range<Int>) -> Tile {
    Tile(
      rows: row..<(row + 1), columns: range,
      values: self.row(row - rows.lowerBound) + (range.lowerBound - columns.lowerBound),
      stride: stride)
  }

  /// Calls `body` for each row with a copy of it, which may be overwritten.
  package func forEachRowCopy(_ body: (_ place: Int, _ copy: Tile) -> Void) {
    let width = columns.count
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, width)) { room in
      guard let base = room.baseAddress else { return }
      for (place, index) in rows.enumerated() {
        base.update(from: row(place), count: width)
        body(
          place, Tile(rows: index..<(index + 1), columns: columns, values: base, stride: width))
      }
    }
  }
}
