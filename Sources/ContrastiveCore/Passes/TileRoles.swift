/// Learns from tiles: log-sum-exps, top-k, histograms.
///
/// A reader is a value that says what to learn; what it has learned of a block of rows is its
/// `Statistics`. It owns no threads, calls no BLAS and allocates nothing for a tile. Similarities
/// stay as it found them, but for excluded ones, which it may set to −∞.
package protocol TileReader: Sendable {
  /// What is known of a block of rows after some of its tiles.
  associatedtype Statistics: Sendable

  /// The statistics before the first tile.
  func start(rows: Range<Int>) -> Statistics

  /// Takes a tile into account for its rows.
  func read(_ tile: Tile, into statistics: inout Statistics)

  /// Takes a tile into account for its rows and for its columns.
  ///
  /// The default reads the tile, and `transposed()` for the columns.
  func read(
    _ tile: Tile, transposed: () -> Tile, rows: inout Statistics, columns: inout Statistics)

  /// Puts the statistics into their final form, after the last tile.
  func finish(_ statistics: inout Statistics)

  /// How statistics are sent to another process; nil where every process reads all tiles.
  var transfer: Transfer<Statistics>? { get }
}

extension TileReader {
  package func read(
    _ tile: Tile, transposed: () -> Tile, rows: inout Statistics, columns: inout Statistics
  ) {
    // Transposed first: the copy must not have this side's exclusions.
    let other = transposed()
    read(tile, into: &rows)
    read(other, into: &columns)
  }

  package func finish(_ statistics: inout Statistics) {}

  package var transfer: Transfer<Statistics>? { nil }
}

extension TileReader where Statistics: Portable {
  package var transfer: Transfer<Statistics>? { .portable }
}

/// A reader for passes that cut the columns of a row block into runs: a `RectanglePass`.
package protocol MergingReader: TileReader {
  /// Adds what was learned from later columns to what was learned from earlier ones.
  func merge(_ later: Statistics, into statistics: inout Statistics)
}

/// Puts a coefficient in the place of each similarity of a tile.
///
/// The pass then multiplies the tile by its columns, and in a pass that serves both sides its
/// transpose by its rows: a gradient. There a coefficient is that of the pair: in a
/// `SymmetricPass` the sum of what the two rows of the pair have for each other.
package protocol TileWriter: Sendable {
  func write(_ tile: Tile)
}

/// A reader whose coefficients depend on nothing but the pair, so that one pass does for both.
package protocol ReadingWriter: TileReader {
  /// Takes a tile into account for its rows and puts coefficients in its place.
  func readAndWrite(_ tile: Tile, into statistics: inout Statistics)
}

/// Reads and writes in one pass, as online softmax does; for a `RectanglePass`.
///
/// Coefficients are relative to what is known so far, and the sums that earlier ones gave are
/// corrected.
package protocol OnlineReader: Sendable {
  /// What is known of a block of rows after some of its tiles.
  associatedtype Statistics: Sendable, Portable

  /// The statistics before the first tile.
  func start(rows: Range<Int>) -> Statistics

  /// Takes a tile into account and puts coefficients in its place.
  ///
  /// `rescale`, one factor for each row and 1 on entry, is applied to the sums of earlier tiles.
  func readAndWrite(
    _ tile: Tile, into statistics: inout Statistics, rescale: UnsafeMutablePointer<Float>)

  /// Adds what was learned from later columns to what was learned from earlier ones.
  ///
  /// `keep` and `add`, one factor for each row and 1 on entry, are applied to the sums of the
  /// earlier and of the later columns before these are added.
  func merge(
    _ later: Statistics, into statistics: inout Statistics,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>)
}
