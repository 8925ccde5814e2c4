/// Similarities that a reading pass keeps, so that the writing pass after it need not compute them.
///
/// Room is bounded, whatever the rows: the tiles of the last pairs are kept, or none of large sets.
/// A kept tile holds the very bits that would be computed, so that no result depends on how many
/// are. The writing pass uses them up.
package final class KeptTiles: @unchecked Sendable {  // pairs have disjoint slots
  /// Most bytes of similarities that are kept: every pair of 5,632 rows.
  package static let maxBytes = 64 << 20

  private let scratch: Scratch
  private let firstPair: Int
  private let tileSize: Int

  init(_ grid: some BlockPairGrid, maxBytes: Int? = nil) {
    let count = Self.count(grid, maxBytes ?? Self.room(grid))
    tileSize = grid.tileSize
    firstPair = grid.pairs - count
    scratch = Scratch(count: count * tileSize)
  }

  /// Bytes that the tiles of a grid take: min(4 · pairs · blockRows², maxBytes), in whole tiles,
  /// and none where those are less than a twelfth of all.
  package static func bytes(_ grid: some BlockPairGrid) -> Int {
    4 * count(grid, room(grid)) * grid.tileSize
  }

  /// A twelfth of the similarities is 2 % of the products of both passes.
  private static func room(_ grid: some BlockPairGrid) -> Int {
    4 * grid.pairs * grid.tileSize <= 12 * maxBytes ? maxBytes : 0
  }

  /// Whether there is room for every tile of a grid.
  package static func holdAll(of grid: some BlockPairGrid) -> Bool {
    count(grid, maxBytes) == grid.pairs
  }

  private static func count(_ grid: some BlockPairGrid, _ maxBytes: Int) -> Int {
    min(grid.pairs, maxBytes / (4 * max(1, grid.tileSize)))
  }

  /// Where the tile of a pair is kept, if it is.
  func slot(of pair: Int) -> UnsafeMutablePointer<Float>? {
    pair < firstPair ? nil : scratch.memory + (pair - firstPair) * tileSize
  }
}
