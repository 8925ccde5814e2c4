/// What becomes of suspected false negatives, and of a sample's own entries in a bank.
public enum FalseNegativePolicy: Sendable, Equatable {
  /// They are excluded.
  case exclude
  /// They are positives, each with the same share of the target as the positive.
  case attract
  /// They take `share` of the target, 0 ..< 1, in proportion to their confidence; they stay in the
  /// denominator like any column.
  case soften(share: Double)
  /// They are negatives of weight 1 − confidence.
  case reweight
}

extension PairTerms {
  /// A suspected false negative of a batch.
  package struct Suspect: Sendable, Equatable {
    /// The row.
    package let row: Int
    /// The column.
    package let column: Int
    /// How sure it is, 0 … 1.
    package let confidence: Double

    /// A suspicion.
    package init(row: Int, column: Int, confidence: Double) {
      self.row = row
      self.column = column
      self.confidence = confidence
    }

    var transposed: Suspect { Suspect(row: column, column: row, confidence: confidence) }
  }

  /// A policy applied to the suspicions between the samples of rows and those of columns.
  ///
  /// Complexity: O(columns + rows · log suspicions + suspicions of the rows).
  ///
  /// - Parameters:
  ///   - rows: sample of each row.
  ///   - columns: sample of each column; −1 for one that is not known.
  ///   - suspects: false negatives that an audit of the data set suspects.
  ///   - policy: what becomes of them.
  /// - Throws: `ContrastiveError.parameter` for a share outside 0 ..< 1.
  public init(
    rows: [Int], columns: [Int], suspects: SuspectedPairs, policy: FalseNegativePolicy
  ) throws(ContrastiveError) {
    try self.init(
      rows: rows.count, columns: columns.count,
      suspects: suspects.among(rows: rows, columns: columns), policy: policy)
  }

  /// A policy applied to suspects, and own entries of the rows that are excluded or attracted.
  ///
  /// With n attracted columns of a row, own entries included, each of them and the positive has
  /// 1/(1 + n) of the target; with suspects softened, of what they leave of it.
  ///
  /// - Parameters:
  ///   - rows: number of rows.
  ///   - columns: number of columns.
  ///   - suspects: each (row, column) once, none of them in `own`.
  ///   - policy: what becomes of the suspects.
  ///   - own: columns of each row that show the row's own sample; empty for none.
  ///   - attractsOwn: whether those are positives; otherwise they are excluded.
  /// - Throws: `ContrastiveError`: `.parameter` for a share outside 0 ..< 1, `.index`.
  package init(
    rows: Int, columns: Int, suspects: [Suspect], policy: FalseNegativePolicy,
    own: [(row: Int, column: Int)] = [], attractsOwn: Bool = false
  ) throws(ContrastiveError) {
    try requireRoom(rows, bytesEach: 16, named: "rows")
    try requireRoom(columns, bytesEach: 16, named: "columns")
    for (position, suspect) in suspects.enumerated() {
      guard 0...1 ~= suspect.confidence, 0..<rows ~= suspect.row else {
        throw .index(
          argument: "suspects", position: position,
          found: "row \(suspect.row), confidence \(suspect.confidence)",
          expected: "0 ..< \(rows), 0 … 1")
      }
    }
    if let row = own.firstIndex(where: { !(0..<rows ~= $0.row) }) {
      throw .index(
        argument: "own", position: row, found: "row \(own[row].row)", expected: "0 ..< \(rows)")
    }
    var attracted = [Double](repeating: 0, count: rows)
    if attractsOwn { for entry in own { attracted[entry.row] += 1 } }
    var sums = [Double](repeating: 0, count: rows)
    for suspect in suspects { sums[suspect.row] += suspect.confidence }

    var soft = 0.0
    if case .soften(let share) = policy {
      try requireParameter(share >= 0 && share < 1, "share", share, "0 ..< 1")
      soft = share
    }
    if policy == .attract { for suspect in suspects { attracted[suspect.row] += 1 } }
    /// The target of each attracted column of a row.
    func equal(_ row: Int) -> Double {
      (sums[row] > 0 ? 1 - soft : 1) / (1 + attracted[row])
    }
    var pairs = suspects.map { suspect in
      let (row, column, confidence) = (suspect.row, suspect.column, suspect.confidence)
      return switch policy {
      case .exclude: Pair(row: row, column: column)
      case .attract: Pair(row: row, column: column, weight: 1, target: equal(row))
      case .soften:
        Pair(
          row: row, column: column, weight: 1,
          target: sums[row] > 0 ? soft * confidence / sums[row] : 0)
      case .reweight: Pair(row: row, column: column, weight: 1 - confidence)
      }
    }
    pairs += own.map {
      attractsOwn
        ? Pair(row: $0.row, column: $0.column, weight: 1, target: equal($0.row))
        : Pair(row: $0.row, column: $0.column)
    }
    self = try PairTerms(rows: rows, columns: columns, pairs: pairs).made(
      of: Origin(
        suspects: suspects, policy: policy,
        own: own.map { Suspect(row: $0.row, column: $0.column, confidence: 1) },
        attractsOwn: attractsOwn))
  }
}
