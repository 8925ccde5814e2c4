import Synchronization

/// Where matrices go that are made of one whose elements are not in memory.
///
/// A command that reads embeddings beyond its memory from a file has no room for their unit rows
/// either. While a place is set, what is made of borrowed rows, row by row, is made there.
package enum LargeMatrices {
  /// Makes a matrix of rows that `fill` writes, some at a time, in ascending order.
  package typealias Place =
    @Sendable (
      _ rows: Int, _ columns: Int,
      _ fill: (_ rows: Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void
    ) throws(ContrastiveError) -> Matrix

  private static let current = Mutex<Place?>(nil)

  /// Sets the place for the rest of the process.
  package static func use(_ place: @escaping Place) { current.withLock { $0 = place } }

  /// The place, if one is set.
  static var place: Place? { current.withLock { $0 } }
}

extension Matrix {
  /// Each row multiplied by its factor, products in Double: in memory, or for rows that are
  /// borrowed in the place of large matrices.
  ///
  /// Throws `ContrastiveError.file` where that place has no room.
  package func scaled(
    _ factors: [Double], workers: Workers = .one
  ) throws(ContrastiveError) -> Matrix {
    guard isBorrowed, let place = LargeMatrices.place else {
      return rows(times: factors, workers: workers)
    }
    precondition(factors.count == rows)
    let columns = columns
    return try place(rows, columns) { range, target in
      withUnsafeBufferPointer { source in
        for (place, row) in range.enumerated() {
          for column in 0..<columns {
            target[place * columns + column] = Float(
              Double(source[row * columns + column]) * factors[row])
          }
        }
      }
    }
  }
}
