extension Matrix {
  /// Rows of a piece of `sumOfPieces`.
  package static let rowsPerPiece = 1024

  /// The sum over pieces of the rows, in their order, of what `body(rows, values, sums)` adds to
  /// `width` zeros.
  ///
  /// `values` are the rows of the piece in Double, which `body` may change. Pieces depend on the
  /// number of rows alone, so that the sum has the same bits for any number of workers. Scratch: a
  /// piece of rows and a sum in Double for each worker, whatever the rows.
  ///
  /// - Throws: `ContrastiveError.canceled`.
  package func sumOfPieces(
    width: Int, workers: Workers,
    _ body:
      @Sendable (
        _ rows: Range<Int>, _ values: UnsafeMutablePointer<Double>,
        _ sums: UnsafeMutablePointer<Double>
      ) -> Void
  ) throws(ContrastiveError) -> [Double] {
    let (rows, columns, size) = (rows, columns, Self.rowsPerPiece)
    let count = pieces(rows, size)
    let active = max(1, min(workers.count, count))
    let blockSize = min(rows, size) * columns
    var total = [Double](repeating: 0, count: width)
    var sums = [Double](repeating: 0, count: active * width)
    let blocks = SharedArray(repeating: 0.0, count: active * blockSize)
    let memory = blocks.memory
    withSharedMemory { source in
      for first in stride(from: 0, to: count, by: active) where !workers.isCanceled {
        let wave = min(active, count - first)
        sums.withMutableSharedMemory { sums in
          sums.base.update(repeating: 0, count: sums.count)
          workers.forEach(wave) { index, _ in
            let range = ((first + index) * size)..<min(rows, (first + index + 1) * size)
            let block = memory + index * blockSize
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
    try workers.checkCanceled()
    return total
  }
}
