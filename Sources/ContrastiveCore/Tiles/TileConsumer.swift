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

  /// The address of a row of the tile, `row` counted from the tile's first.
  package func row(_ row: Int) -> UnsafeMutablePointer<Float> { values + row * stride }

  /// Sets the entries whose column equals their row (in the whole matrix) to −∞.
  package func excludeDiagonal() {
    let first = max(rows.lowerBound, columns.lowerBound)
    let end = min(rows.upperBound, columns.upperBound)
    guard first < end else { return }
    for index in first..<end {
      row(index - rows.lowerBound)[index - columns.lowerBound] = -.infinity
    }
  }
}

/// What looks at tiles, such as a log-sum-exp, softmax weights or a top-k.
///
/// A consumer is a value that says what to do; what it finds out about a block of rows is its
/// `Partial`. It owns no threads, calls no BLAS and allocates nothing for a tile.
package protocol TileConsumer: Sendable {
  /// What is known of a block of rows after some of its tiles.
  associatedtype Partial: Sendable

  /// The knowledge before the first tile.
  func start(rows: Range<Int>) -> Partial

  /// Takes a tile into account.
  ///
  /// In a sweep that accumulates, `tile` must be left holding a coefficient for each entry: the sum
  /// of coefficient × column over all tiles is the sweep's second result. `rescale`, one factor for
  /// each row and 1 on entry, is applied to what was accumulated before this tile.
  func consume(_ tile: Tile, into partial: inout Partial, rescale: UnsafeMutablePointer<Float>)

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
  package func finish(_ partial: inout Partial) {}
}
