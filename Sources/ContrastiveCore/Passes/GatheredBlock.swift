/// Products of rows chosen by index with columns chosen by index, in tiles.
///
/// Where a pass walks all of a matrix, this computes the part of it that is still in doubt.
/// Chosen rows are copied next to each other, so that a tile is one product.
///
/// Scratch of a worker: `4 · ((256 + 512) · D + 256 · 512)` bytes.
package struct GatheredBlock: Sendable {
  /// Most rows chosen at once.
  package static let mostRows = 256
  private static let columnsPerTile = 512

  package let rows: SharedReadOnlyMemory<Float>
  package let columns: SharedReadOnlyMemory<Float>
  package let dimension: Int
  package let product: MatrixProduct

  package init(
    rows: SharedReadOnlyMemory<Float>, columns: SharedReadOnlyMemory<Float>, dimension: Int,
    product: MatrixProduct
  ) {
    self.product = product
    self.rows = rows
    self.columns = columns
    self.dimension = dimension
  }

  /// Floats of scratch for one worker.
  package static func scratchCount(dimension: Int) -> Int {
    (mostRows + columnsPerTile) * dimension + mostRows * columnsPerTile
  }

  /// Shows each tile of the chosen rows, at most `mostRows`, and chosen columns.
  ///
  /// A tile's `rows` and `columns` are positions in the two lists.
  package func forEachTile(
    rows chosen: UnsafeBufferPointer<UInt32>, columns chosenColumns: UnsafeBufferPointer<UInt32>,
    scratch: UnsafeMutablePointer<Float>, _ body: (Tile) -> Void
  ) {
    let gatheredRows = scratch
    let gatheredColumns = gatheredRows + Self.mostRows * dimension
    let values = gatheredColumns + Self.columnsPerTile * dimension
    let left = gather(chosen, of: rows, into: gatheredRows)
    var start = 0
    while start < chosenColumns.count {
      let span = start..<min(chosenColumns.count, start + Self.columnsPerTile)
      let right = gather(
        UnsafeBufferPointer(rebasing: chosenColumns[span]), of: columns, into: gatheredColumns)
      product.gemm(
        .plain, .transposed, rows: chosen.count, columns: span.count, depth: dimension,
        left, stride: dimension, right, stride: dimension, into: values, stride: span.count)
      body(Tile(rows: 0..<chosen.count, columns: span, values: values, stride: span.count))
      start = span.upperBound
    }
  }

  /// The chosen rows one after the other: where they are, if they already are, else copied.
  private func gather(
    _ chosen: UnsafeBufferPointer<UInt32>, of memory: SharedReadOnlyMemory<Float>,
    into target: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard let first = chosen.first else { return UnsafePointer(target) }
    // Lists are ascending or in any order; a run of consecutive ones is recognized only ascending.
    if chosen.indices.allSatisfy({ chosen[$0] == first &+ UInt32($0) }) {
      return memory + Int(first) * dimension
    }
    for (place, index) in chosen.enumerated() {
      (target + place * dimension).update(from: memory + Int(index) * dimension, count: dimension)
    }
    return UnsafePointer(target)
  }
}
