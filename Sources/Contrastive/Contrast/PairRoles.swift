/// Columns of each row that are not merely one of its negatives.
struct PairRoles: Sendable {
  /// What a column is to a row.
  enum Role: Sendable, Equatable {
    /// A positive that counts `weight` times and has a share of the target: this, or an equal one.
    case positive(weight: Double, share: Double?)
    /// A negative that counts `weight` times.
    case negative(weight: Double)
    case excluded
  }

  /// A column with its role.
  typealias Entry = (column: Int, role: Role)

  /// The columns of each row.
  let lists: RowLists
  /// Their roles, in the order of the lists.
  let roles: [Role]

  var isEmpty: Bool { roles.isEmpty }

  init(_ rows: [[Entry]], isSymmetric: Bool = false) {
    lists = RowLists(rows.map { $0.map(\.column) }, isSymmetric: isSymmetric)
    roles = rows.flatMap { $0.map(\.role) }
  }

  /// No such columns.
  init(rows: Int) { self.init([[Entry]](repeating: [], count: rows)) }

  /// A positive with an equal share of the target.
  static let positive = Role.positive(weight: 1, share: nil)

  /// Positives with equal shares of the target, each other's wherever they are one's.
  init(mutualPositives: some Sequence<some Sequence<Int>>) {
    self.init(
      mutualPositives.map { $0.map { (column: $0, role: Self.positive) } }, isSymmetric: true)
  }

  /// One positive for each row.
  init(positive columns: [Int]) {
    lists = RowLists(single: columns)
    roles = [Role](repeating: Self.positive, count: columns.count)
  }

  /// The columns of a row with their roles.
  func row(_ row: Int) -> [Entry] {
    zip(lists[row], roles[lists.places(of: row)]).map { (column: Int($0), role: $1) }
  }

  /// These and others, of which those that are listed already are left out.
  func adding(_ others: (_ row: Int) -> [Entry]) -> PairRoles {
    PairRoles(
      (0..<lists.rows).map { row in
        let known = self.row(row)
        let further = others(row)
        guard !further.isEmpty else { return known }
        let listed = Set(known.map(\.column))
        return known + further.filter { !listed.contains($0.column) }
      })
  }

  /// The same for a set against itself, in which j lists i wherever i lists j: as a plain negative
  /// where it had no role.
  func symmetrized() -> PairRoles {
    guard !lists.isSymmetric else { return self }
    var missing = [[Entry]](repeating: [], count: lists.rows)
    let known = (0..<lists.rows).map { Set(lists[$0]) }
    for row in 0..<lists.rows {
      for column in lists[row] where !known[Int(column)].contains(Int32(row)) {
        missing[Int(column)].append((row, .negative(weight: 1)))
      }
    }
    return PairRoles(
      missing.indices.map { row in self.row(row) + missing[row] }, isSymmetric: true)
  }
}

extension PairRoles {
  /// These and the pairs a user singled out.
  ///
  /// - Throws: `ContrastiveError`: `.shape` for pairs of other rows and columns, `.index` for a
  ///   pair that is no negative of its row.
  func adding(
    _ pairs: PairTerms, columns: Int, excluding exclusions: [Exclusion]
  ) throws(ContrastiveError) -> PairRoles {
    guard pairs.rows == lists.rows, pairs.columns == columns else {
      throw .shape(
        argument: "pairs", found: "[\(pairs.rows) × \(pairs.columns)]",
        expected: "[\(lists.rows) × \(columns)]")
    }
    for (position, pair) in pairs.pairs.enumerated() {
      guard !lists[pair.row].contains(Int32(pair.column)),
        !exclusions.exclude(row: pair.row, column: pair.column)
      else {
        throw .index(
          argument: "pairs", position: position, found: "row \(pair.row), column \(pair.column)",
          expected: "a negative of the row")
      }
    }
    return adding { row in
      pairs[row].map { pair in
        let role =
          pair.target > 0
          ? Role.positive(weight: pair.weight, share: pair.target)
          : pair.weight > 0 ? .negative(weight: pair.weight) : .excluded
        return (pair.column, role)
      }
    }
  }
}
