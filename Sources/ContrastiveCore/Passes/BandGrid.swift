/// How rows × columns are cut where a band of rows is worked on at a time.
///
/// A function of the problem alone: 16 tiles of a band, or more, can be worked on at once.
package struct BandGrid: Equatable, Sendable {
  /// Rows of a band at most: with 4,096 columns 8 MiB of similarities.
  private static let mostRows = 512
  /// Slices of a band whose sums are worked on at once, where it has enough rows.
  private static let wantedSlices = 4

  package let rows: Int
  package let columns: Int
  /// Rows of every band but the last.
  package let rowsPerBand: Int
  /// Columns of every tile but the last.
  package let columnsPerTile: Int
  /// Rows of every slice of a band but its last.
  private let rowsPerSlice: Int

  package init(rows: Int, columns: Int) {
    func even(_ count: Int, in parts: Int) -> Int { pieces(pieces(count, max(1, parts)), 16) * 16 }
    self.rows = rows
    self.columns = columns
    rowsPerBand = max(1, min(even(rows, in: pieces(rows, Self.mostRows)), Self.mostRows))
    columnsPerTile = BlockSizes.current.pairBlockRows(of: columns, blocks: 16)
    rowsPerSlice = max(32, even(rowsPerBand, in: Self.wantedSlices))
  }

  package var bands: Int { pieces(rows, rowsPerBand) }
  package var tiles: Int { pieces(columns, columnsPerTile) }

  /// Rows of a band.
  package func rows(band: Int) -> Range<Int> {
    (band * rowsPerBand)..<min(rows, (band + 1) * rowsPerBand)
  }

  /// Columns of a tile.
  package func columns(tile: Int) -> Range<Int> {
    (tile * columnsPerTile)..<min(columns, (tile + 1) * columnsPerTile)
  }

  /// Slices of a band.
  package func slices(of band: Range<Int>) -> Int { pieces(band.count, rowsPerSlice) }

  /// Rows of a slice of a band.
  package func rows(slice: Int, of band: Range<Int>) -> Range<Int> {
    let first = band.lowerBound + slice * rowsPerSlice
    return first..<min(band.upperBound, first + rowsPerSlice)
  }

  /// Bytes of scratch a pass holds at most: the similarities of a band.
  package var scratchBytes: Int { 4 * min(rows, rowsPerBand) * columns }
}
