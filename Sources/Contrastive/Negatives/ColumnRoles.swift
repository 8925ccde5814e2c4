/// Columns of each row that are not merely one of its negatives.
struct ColumnRoles: Sendable {
  /// What a column is to a row.
  enum Role: Sendable, Equatable {
    /// A positive that counts `weight` times and has a share of the target: this, or as much as the
    /// own column.
    case positive(weight: Double, share: Double?)
    /// A negative that counts `weight` times.
    case negative(weight: Double)
    /// It takes no part.
    case dropped
  }

  /// The columns of each row.
  let lists: RowLists
  /// Their roles, in the order of the lists.
  let roles: [Role]

  var isEmpty: Bool { roles.isEmpty }

  init(_ rows: [[(column: Int, role: Role)]]) {
    lists = RowLists(rows.map { $0.map(\.column) }, isSymmetric: false)
    roles = rows.flatMap { $0.map(\.role) }
  }

  /// No such columns.
  init(rows: Int) { self.init([[(column: Int, role: Role)]](repeating: [], count: rows)) }

  /// A positive like the own column.
  static let attracted = Role.positive(weight: 1, share: nil)

  /// Positives like the own column.
  init(positives: some Sequence<some Sequence<Int>>) {
    self.init(positives.map { $0.map { (column: $0, role: Self.attracted) } })
  }

  /// The columns of a row with their roles.
  func row(_ row: Int) -> [(column: Int, role: Role)] {
    zip(lists[row], roles[lists.places(of: row)]).map { (column: Int($0), role: $1) }
  }

  /// These and others, of which those that are listed already are left out.
  func adding(_ others: (_ row: Int) -> [(column: Int, role: Role)]) -> ColumnRoles {
    ColumnRoles(
      (0..<lists.rows).map { row in
        let known = self.row(row)
        let further = others(row)
        guard !further.isEmpty else { return known }
        let listed = Set(known.map(\.column))
        return known + further.filter { !listed.contains($0.column) }
      })
  }
}

extension ColumnRoles {
  /// These and the pairs a user singled out.
  ///
  /// - Throws: `ContrastiveError`: `.shape` for pairs of other rows and columns, `.index` for a
  ///   pair that is no negative of its row.
  func adding(
    _ pairs: PairTerms, columns: Int, excluding exclusions: [Exclusion]
  ) throws(ContrastiveError) -> ColumnRoles {
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
          : pair.weight > 0 ? .negative(weight: pair.weight) : .dropped
        return (pair.column, role)
      }
    }
  }
}

extension [Exclusion] {
  /// Whether an entry takes no part; no window of ranks may be among the exclusions.
  fileprivate func exclude(row: Int, column: Int) -> Bool {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 1) { entry in
      entry.initialize(repeating: 0)
      guard let base = entry.baseAddress else { return false }
      let tile = Tile(
        rows: row..<(row + 1), columns: column..<(column + 1), values: base, stride: 1)
      for exclusion in self { exclusion.apply(to: tile) }
      return base.pointee != 0
    }
  }
}
