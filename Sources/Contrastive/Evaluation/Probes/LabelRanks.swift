/// The place of each row's label among the classes of a classifier, the best first.
package struct LabelRanks: Sendable, Equatable {
  /// From 0; nil for a label that is not among the classes.
  package let ranks: [Int?]
  /// Number of classes.
  package let classes: Int

  /// The share of rows whose label is among the first `top` classes.
  ///
  /// - Parameter top: 1 or more.
  /// - Returns: a number in 0 … 1, 0 for no rows.
  package func accuracy(top: Int) -> Double {
    ranks.isEmpty ? 0 : Double(ranks.count { ($0 ?? .max) < top }) / Double(ranks.count)
  }

  /// The place of a class by its score; the lower class is first on a tie.
  static func rank(of own: Int, in scores: some RandomAccessCollection<Double>) -> Int {
    let value = scores[scores.index(scores.startIndex, offsetBy: own)]
    return scores.enumerated().count { place, score in
      score > value || (score == value && place < own)
    }
  }
}
