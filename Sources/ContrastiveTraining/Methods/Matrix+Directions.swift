import Contrastive

extension Matrix {
  /// The rows of zeros, which have no direction.
  var zeroRows: [Int] {
    (0..<rows).filter { row in self.row(row).allSatisfy { $0 == 0 } }
  }

  /// The matrix with ones in rows that were zero.
  func withoutZeroRows() -> Matrix {
    var result = self
    for row in zeroRows {
      for column in 0..<columns { result[row, column] = 1 }
    }
    return result
  }

  /// The rows at length 1, those of zeros as if all their numbers were equal.
  ///
  /// A batch normalization makes zeros of images that are all the same, and rectifiers of what they
  /// never see; a run goes on with them.
  ///
  /// - Parameter argument: the name to use in errors.
  /// - Returns: the unit rows, which carry a gradient back.
  /// - Throws: `ContrastiveError.nonFinite`.
  func directions(argument: String) throws(ContrastiveError) -> NormalizedRows {
    try withoutZeroRows().normalized(argument: argument)
  }

  /// Number of different rows, but at most `limit`.
  ///
  /// Complexity: O(rows · columns) on average, less once `limit` rows are found.
  func distinctRows(upTo limit: Int) -> Int {
    var seen = Set<Matrix.Row>()
    for row in 0..<rows {
      if seen.count >= limit { break }
      seen.insert(self.row(row))
    }
    return seen.count
  }
}
