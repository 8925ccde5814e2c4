/// Columns that are to a row something other than plain negatives, for any loss of InfoNCE's shape.
///
/// With weight w_ic in the denominator and share t_ic of the target,
/// ```
/// loss_i = log Σ_c w_ic exp(u_ic) − Σ_c t_ic u_ic
/// ```
/// A column that is not listed is a negative, w = 1 and t = 0. The row's positive has w = 1 and
/// what is left of the target, t = 1 − Σ_listed t. So w = 0 excludes a column, w < 1 makes it a
/// lighter negative, and t > 0 makes it a positive.
public struct PairTerms: Sendable, Equatable {
  /// What one column is to one row.
  public struct Pair: Sendable, Equatable {
    /// The row.
    package let row: Int
    /// The column.
    package let column: Int
    /// w: factor of exp(u) in the denominator, 0 or more.
    package let weight: Double
    /// t: share of the target, 0 … 1.
    package let target: Double

    /// What `column` is to `row`; without more, it is excluded.
    public init(row: Int, column: Int, weight: Double = 0, target: Double = 0) {
      self.row = row
      self.column = column
      self.weight = weight
      self.target = target
    }
  }

  /// Number of rows.
  package let rows: Int
  /// Number of columns.
  package let columns: Int
  /// By ascending row, then column.
  package let pairs: [Pair]
  /// What the pairs were made of by a `FalseNegativePolicy`, which is applied to a row's suspects.
  private(set) var origin: Origin?

  /// Suspects and own entries with what becomes of them.
  struct Origin: Sendable, Equatable {
    let suspects: [Suspect]
    let policy: FalseNegativePolicy
    let own: [Suspect]
    let attractsOwn: Bool
  }

  /// Terms from pairs in any order, each (row, column) at most once.
  ///
  /// Complexity: O(pairs · log pairs).
  ///
  /// - Parameters:
  ///   - rows: number of rows.
  ///   - columns: number of columns.
  ///   - pairs: what some columns are to some rows.
  /// - Throws: `ContrastiveError.index` for a row or column outside, a pair listed twice, a weight
  ///   that is negative or not finite, a target outside 0 … 1, a positive of weight 0, or targets
  ///   of a row that sum to more than 1.
  public init(rows: Int, columns: Int, pairs: [Pair]) throws(ContrastiveError) {
    for (name, count) in [("rows", rows), ("columns", columns)] {
      try requireParameter(count >= 0, name, count, "0 or more")
    }
    func fault(_ position: Int, _ found: String, _ expected: String) -> ContrastiveError {
      .index(argument: "pairs", position: position, found: found, expected: expected)
    }
    for (position, pair) in pairs.enumerated() {
      guard 0..<max(0, rows) ~= pair.row, 0..<max(0, columns) ~= pair.column else {
        throw fault(
          position, "row \(pair.row), column \(pair.column)", "0 ..< \(rows), 0 ..< \(columns)")
      }
      guard pair.weight >= 0, pair.weight.isFinite else {
        throw fault(position, "weight \(pair.weight)", "0 or more")
      }
      guard 0...1 ~= pair.target, pair.target == 0 || pair.weight > 0 else {
        throw fault(
          position, "target \(pair.target) at weight \(pair.weight)",
          "0 … 1, and 0 at weight 0")
      }
    }
    let order = pairs.indices.sorted {
      (pairs[$0].row, pairs[$0].column, $0) < (pairs[$1].row, pairs[$1].column, $1)
    }
    let sorted = order.map { pairs[$0] }
    var (sum, shares) = (0.0, 0.0)
    for (place, pair) in sorted.enumerated() {
      let position = order[place]
      if place > 0, sorted[place - 1].row == pair.row {
        guard sorted[place - 1].column != pair.column else {
          throw fault(position, "row \(pair.row), column \(pair.column) again", "each pair once")
        }
      } else {
        (sum, shares) = (0, 0)
      }
      sum += pair.target
      shares += 1
      // Shares in Float32 sum to 1 within an ulp or two of each.
      guard sum <= 1 + 0x1p-23 * shares else {
        throw fault(position, "targets of row \(pair.row) that sum to \(sum)", "at most 1")
      }
    }
    self.rows = rows
    self.columns = columns
    self.pairs = sorted
  }

  /// Plain negatives only.
  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    pairs = []
  }

  /// The same pairs transposed; a policy is applied anew to each row.
  ///
  /// - Throws: `ContrastiveError.index` for targets of a column that sum to more than 1.
  func transposed() throws(ContrastiveError) -> PairTerms {
    guard let origin else {
      return try PairTerms(
        rows: columns, columns: rows,
        pairs: pairs.map {
          Pair(row: $0.column, column: $0.row, weight: $0.weight, target: $0.target)
        })
    }
    return try PairTerms(
      rows: columns, columns: rows, suspects: origin.suspects.map(\.transposed),
      policy: origin.policy, own: origin.own.map { ($0.column, $0.row) },
      attractsOwn: origin.attractsOwn)
  }

  /// The same terms, made of suspects.
  func made(of origin: Origin) -> PairTerms {
    var terms = self
    terms.origin = origin
    return terms
  }

  /// The pairs of a row.
  ///
  /// Complexity: O(log pairs).
  package subscript(row: Int) -> ArraySlice<Pair> {
    let start = pairs.partitioningIndex { $0.row >= row }
    return pairs[start...].prefix { $0.row == row }
  }

  /// The share of the target that a row's positive keeps.
  package func ownTarget(_ row: Int) -> Double {
    let listed = self[row].reduce(0) { $0 + $1.target }
    return self[row].allSatisfy { $0.target == 0 } ? 1 : max(0, 1 - listed)
  }
}
