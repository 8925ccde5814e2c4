/// Sums over the rows of a matrix in Double, in pieces of a fixed number of rows.
///
/// ```
/// total = Σ over pieces, in their order, of what `body` adds for the piece to zeros
/// ```
/// The pieces depend on the number of rows alone, so the total has the same bits for any number of
/// workers. Scratch: a piece of rows and a sum in Double for each worker, whatever the rows.
package struct RowPieces: Sendable {
  /// Rows of a piece.
  package static let size = 1024

  private let rows: Range<Int>

  /// Pieces of all rows of a matrix.
  package init(rows: Int) { self.rows = 0..<rows }

  /// Number of pieces.
  package var count: Int { pieces(rows.count, Self.size) }

  /// Rows of a piece.
  package subscript(piece: Int) -> Range<Int> {
    (piece * Self.size)..<min(rows.upperBound, (piece + 1) * Self.size)
  }
}

extension Matrix {
  /// The sum over all pieces of what `body(rows, values, sums)` adds to `width` zeros.
  ///
  /// `values` are the rows of the piece in Double, which `body` may change. Throws
  /// `ContrastiveError.canceled`.
  package func sumOfPieces(
    width: Int, workers: Workers,
    _ body:
      @Sendable (
        _ rows: Range<Int>, _ values: UnsafeMutablePointer<Double>,
        _ sums: UnsafeMutablePointer<Double>
      ) -> Void
  ) throws(ContrastiveError) -> [Double] {
    let columns = columns
    let cut = RowPieces(rows: rows)
    let active = max(1, min(workers.count, cut.count))
    let blockSize = min(rows, RowPieces.size) * columns
    var total = [Double](repeating: 0, count: width)
    var sums = [Double](repeating: 0, count: active * width)
    var blocks = [Double](repeating: 0, count: active * blockSize)
    withUnsafeBufferPointer { source in
      let source = SharedReadOnlyMemory(source)
      blocks.withUnsafeMutableBufferPointer { blocks in
        let blocks = SharedMemory(blocks)
        for first in stride(from: 0, to: cut.count, by: active) where !workers.isCanceled {
          let wave = min(active, cut.count - first)
          sums.withUnsafeMutableBufferPointer { sums in
            sums.update(repeating: 0)
            let sums = SharedMemory(sums)
            workers.forEach(wave) { index, _ in
              let range = cut[first + index]
              let block = blocks + index * blockSize
              let from = source + range.lowerBound * columns
              for position in 0..<(range.count * columns) {
                block[position] = Double(from[position])
              }
              body(range, block, sums + index * width)
            }
          }
          for index in 0..<wave {
            for position in 0..<width { total[position] += sums[index * width + position] }
          }
        }
      }
    }
    try workers.checkCanceled()
    return total
  }
}
