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

  /// The columns of each row.
  let lists: RowLists
  /// Their roles, in the order of the lists.
  let roles: [Role]

  var isEmpty: Bool { roles.isEmpty }

  /// What `entries` adds for each row.
  init(
    rows: Int, isSymmetric: Bool = false,
    _ entries: (_ row: Int, _ add: (_ column: Int, _ role: Role) -> Void) -> Void
  ) {
    var (starts, columns, roles) = ([0], [Int32](), [Role]())
    starts.reserveCapacity(rows + 1)
    for row in 0..<rows {
      entries(row) { column, role in
        columns.append(Int32(column))
        roles.append(role)
      }
      starts.append(columns.count)
    }
    lists = RowLists(starts: starts, columns: columns, isSymmetric: isSymmetric)
    self.roles = roles
  }

  /// No such columns.
  init(rows: Int) { self.init(rows: rows, isSymmetric: true) { _, _ in } }

  /// A positive with an equal share of the target.
  static let positive = Role.positive(weight: 1, share: nil)

  /// Positives with equal shares of the target, each other's wherever they are one's.
  init(rows: Int, mutualPositives: (_ row: Int) -> some Sequence<Int>) {
    self.init(rows: rows, isSymmetric: true) { row, add in
      for column in mutualPositives(row) { add(column, Self.positive) }
    }
  }

  /// Most listed columns of a row among which one is looked for without a set.
  private static let maxScanned = 32

  /// These and others, of which those that are listed already are left out.
  func adding(
    _ others: (_ row: Int) -> some Sequence<(column: Int, role: Role)>
  ) -> PairRoles {
    PairRoles(rows: lists.rows) { row, add in
      let known = lists[row]
      let set = known.count > Self.maxScanned ? Set(known) : nil
      forEach(row, add)
      for (column, role) in others(row)
      where !(set?.contains(Int32(column)) ?? known.contains(Int32(column))) {
        add(column, role)
      }
    }
  }

  private func forEach(_ row: Int, _ body: (_ column: Int, _ role: Role) -> Void) {
    for place in lists.places(of: row) { body(lists.column(at: place), roles[place]) }
  }

  /// The same for a set against itself, in which j lists i wherever i lists j: as a plain negative
  /// where it had no role.
  func symmetrized() -> PairRoles {
    guard !lists.isSymmetric else { return self }
    let holders = ListHolders(of: lists, columns: lists.rows)
    // The last row that listed a column.
    var listing = [Int](repeating: -1, count: lists.rows)
    return PairRoles(rows: lists.rows, isSymmetric: true) { row, add in
      forEach(row) { column, role in
        listing[column] = row
        add(column, role)
      }
      holders.forEach(row) { holder, _ in
        if listing[holder] != row { add(holder, .negative(weight: 1)) }
      }
    }
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
    try requireShape(
      pairs.rows == lists.rows && pairs.columns == columns, "pairs",
      "[\(pairs.rows) × \(pairs.columns)]", "[\(lists.rows) × \(columns)]")
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
      pairs[row].lazy.map { pair in
        let role =
          pair.target > 0
          ? Role.positive(weight: pair.weight, share: pair.target)
          : pair.weight > 0 ? .negative(weight: pair.weight) : .excluded
        return (column: pair.column, role: role)
      }
    }
  }
}
