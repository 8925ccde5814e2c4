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

  /// Number of rows that differ by more than rounding, but at most `limit`.
  ///
  /// Equal images have embeddings that differ in their last digits, as those depend on an image's
  /// place in its batch. Rows are the same where they fall into one group of every column: sorted
  /// by it, no two neighbors of a group are more than 2⁻¹⁶ of the largest magnitude apart.
  ///
  /// Complexity: O(rows · columns · log rows) where all rows are the same, less once `limit` groups
  /// are found.
  package func distinctRows(upTo limit: Int) -> Int {
    let largest = values.reduce(0) { Swift.max($0, abs($1)) }
    let step = largest * 0x1p-16
    var groups = [Array(0..<rows)]
    var single = 0
    for column in 0..<columns where single + groups.count < limit {
      var split: [[Int]] = []
      for group in groups {
        let sorted = group.sorted { self[$0, column] < self[$1, column] }
        var start = 0
        for end in 1...sorted.count
        where end == sorted.count
          || self[sorted[end], column] - self[sorted[end - 1], column] > step
        {
          if end - start == 1 { single += 1 } else { split.append(Array(sorted[start..<end])) }
          start = end
        }
      }
      groups = split
    }
    return min(limit, single + groups.count)
  }
}
