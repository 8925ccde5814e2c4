/// Negatives that only one row sees: each a mix of rows of a source and of the row itself.
///
/// They are constants, and never stored: a mix says how similar it is, and adds itself to a
/// gradient.
protocol RowColumns: Sendable {
  /// The name of what is mixed, for errors.
  var name: String { get }
  /// What is mixed.
  var source: Matrix { get }

  /// How many a row has.
  func count(row: Int) -> Int

  /// How similar one of them is to the anchor, or nil where it has no direction.
  func measure(
    _ place: Int, row: Int, anchor: UnsafePointer<Float>, source: UnsafePointer<Float>
  ) -> RowMeasure?

  /// What one of them is made of, once it is measured.
  func mix(_ place: Int, row: Int, norm: Double) -> RowMix
}

/// What is known of a row's own column.
struct RowMeasure: Sendable {
  /// The dot product with the anchor.
  var similarity: Double
  /// The length that it was divided by.
  var norm: Double
}

/// first.share · source[first.row] + second.share · source[second.row] + own · anchor.
struct RowMix: Sendable {
  var first: (row: Int, share: Double)
  var second: (row: Int, share: Double) = (0, 0)
  var own = 0.0

  /// sum ← sum + term · (this mix).
  func add(
    _ term: Double, anchor: UnsafePointer<Float>, source: UnsafePointer<Float>, _ dimension: Int,
    to sum: UnsafeMutablePointer<Float>
  ) {
    func add(_ share: Double, _ values: UnsafePointer<Float>) {
      guard share != 0 else { return }
      let exact = term * share
      // Shares of rows near the least number are beyond Float32, and what they weight is not.
      guard abs(exact) > 0x1p120 else {
        return RowKernels.best.addWeighted(values, count: dimension, by: Float(exact), to: sum)
      }
      for d in 0..<dimension { sum[d] = Float(Double(sum[d]) + exact * Double(values[d])) }
    }
    add(first.share, source + first.row * dimension)
    add(second.share, source + second.row * dimension)
    add(own, anchor)
  }
}

/// Rows of a source as they are: `rows[i]` are row i's.
struct ListedColumns: RowColumns {
  let name: String
  let source: Matrix
  let rows: [[Int]]

  func count(row: Int) -> Int { rows[row].count }

  func measure(
    _ place: Int, row: Int, anchor: UnsafePointer<Float>, source: UnsafePointer<Float>
  ) -> RowMeasure? {
    let width = self.source.columns
    let similarity = RowKernels.best.dot(
      anchor, source + rows[row][place] * width, count: width)
    return RowMeasure(similarity: similarity, norm: 1)
  }

  func mix(_ place: Int, row: Int, norm: Double) -> RowMix { RowMix(first: (rows[row][place], 1)) }
}
