/// A rectangle of the similarity matrix, held only while a consumer looks at it.
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
}

/// What looks at tiles, such as a log-sum-exp, softmax weights or a top-k.
///
/// A consumer is a value that says what to do; what it finds out about a block of rows is its
/// `Partial`. It owns no threads, calls no BLAS and allocates nothing for a tile.
package protocol TileConsumer: Sendable {
  /// What is known of a block of rows after some of its tiles.
  associatedtype Partial: Sendable

  /// Whether the coefficients left in a tile of a set against itself would be left, mirrored, in
  /// the mirrored tile. A symmetric sweep then shows it once and uses it for both sides.
  var isSymmetric: Bool { get }

  /// Whether similarities stay as they are, but for exclusions that hold for a sweep after this one
  /// too.
  var leavesSimilarities: Bool { get }

  /// The knowledge before the first tile.
  func start(rows: Range<Int>) -> Partial

  /// Takes a tile into account.
  ///
  /// In a sweep that accumulates, `tile` must be left holding a coefficient for each entry: the sum
  /// of coefficient × column over all tiles is the sweep's second result. `rescale`, one factor for
  /// each row and 1 on entry, is applied to what was accumulated before this tile.
  func consume(_ tile: Tile, into partial: inout Partial, rescale: UnsafeMutablePointer<Float>)

  /// Takes a tile into account both for its rows and, read along its columns, as its mirror image,
  /// and says that it did; similarities must stay as they are, but for exclusions.
  ///
  /// A symmetric sweep that does not accumulate asks for this first. A consumer that cannot is
  /// shown the tile and a mirrored copy.
  func consumeBoth(
    _ tile: Tile, into partial: inout Partial, mirrored: inout Partial
  ) -> Bool

  /// Puts the knowledge of a run of columns into its final form, after its last tile.
  func finish(_ partial: inout Partial)

  /// Folds what was found out in later columns into what was found out in earlier ones.
  ///
  /// `keep` and `add`, one factor for each row and 1 on entry, are applied to the two accumulated
  /// rows before they are added.
  func merge(
    _ later: Partial, into partial: inout Partial,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>)
}

extension TileConsumer {
  package var isSymmetric: Bool { false }

  package var leavesSimilarities: Bool { false }

  package func consumeBoth(
    _ tile: Tile, into partial: inout Partial, mirrored: inout Partial
  ) -> Bool { false }

  package func finish(_ partial: inout Partial) {}
}
