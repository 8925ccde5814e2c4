import Synchronization

/// Where matrices go that are made of one whose elements are not in memory.
///
/// A command that reads embeddings beyond its memory from a file has no room for their unit rows
/// either. Once a place is set, what is made of borrowed rows, row by row, is made there, and
/// workers tell after each piece of work that they have passed some rows.
package enum LargeMatrices {
  /// Makes a matrix of rows that `fill` writes, some at a time, in ascending order.
  package typealias Place =
    @Sendable (
      _ rows: Int, _ columns: Int,
      _ fill: (_ rows: Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void
    ) throws(ContrastiveError) -> Matrix

  private struct Use {
    let place: Place
    let afterPiece: @Sendable () -> Void
  }

  private static let current = Mutex<Use?>(nil)
  private static let isSet = Atomic(false)

  /// Sets the place for the rest of the process.
  ///
  /// - Parameters:
  ///   - place: makes matrices.
  ///   - afterPiece: called by any worker after a tile or another piece of its work.
  package static func use(_ place: @escaping Place, afterPiece: @escaping @Sendable () -> Void) {
    current.withLock { $0 = Use(place: place, afterPiece: afterPiece) }
    isSet.store(true, ordering: .releasing)
  }

  /// The place, if one is set.
  static var place: Place? { current.withLock { $0?.place } }

  /// Whether workers are to call `rowsArePassed` after each piece of work.
  static var areWatched: Bool { isSet.load(ordering: .acquiring) }

  /// Some rows are read, and may not be needed again soon; for any worker.
  package static func rowsArePassed() {
    if areWatched { current.withLock { $0?.afterPiece }?() }
  }
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
