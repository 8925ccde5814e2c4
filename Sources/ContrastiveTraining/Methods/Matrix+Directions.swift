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
  /// place in its batch. Rows are the same where no column differs by more than 2⁻¹⁶ of the largest
  /// magnitude.
  ///
  /// Rows are walked in the order of a random projection, and compared with those that stand for
  /// others and are near enough by it. Complexity: O(rows · (columns + log rows)) and the
  /// comparisons, few unless very many rows are nearly the same.
  package func distinctRows(upTo limit: Int) -> Int {
    let step = values.reduce(0) { Swift.max($0, abs($1)) } * 0x1p-16
    var random = CounterRandom(seed: 0)
    let weights = (0..<columns).map { _ in Double(random.uniform(-1, 1)) }
    let reach = Double(step) * weights.reduce(0) { $0 + abs($1) } * 1.001
    let places = (0..<rows).map { row in
      weights.indices.reduce(0.0) { $0 + weights[$1] * Double(self[row, $1]) }
    }
    var (kept, first) = ([Int](), 0)
    for row in places.indices.sorted(by: { places[$0] < places[$1] }) where kept.count < limit {
      while first < kept.count, places[kept[first]] < places[row] - reach { first += 1 }
      let isKnown = kept[first...].contains { other in
        (0..<columns).allSatisfy { abs(self[row, $0] - self[other, $0]) <= step }
      }
      if !isKnown { kept.append(row) }
    }
    return kept.count
  }
}
