/// Columns of each row that are not merely one of its negatives.
struct ColumnRoles: Sendable {
  /// What a column is to a row.
  enum Role: Sendable, Equatable {
    /// A positive of this weight.
    case positive(Double)
    /// A negative that counts this many times.
    case negative(Double)
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

  /// Positives of weight 1.
  init(positives: some Sequence<some Sequence<Int>>) {
    self.init(positives.map { $0.map { (column: $0, role: Role.positive(1)) } })
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
  /// - Throws: `ContrastiveError`: `.index` for a pair that is not there, is no negative of its row or
  ///   is named twice, `.parameter` for a weight outside its range.
  func adding(
    _ pairs: [PairTreatment], columns: Int, excluding exclusions: [Exclusion]
  ) throws(ContrastiveError) -> ColumnRoles {
    guard !pairs.isEmpty else { return self }
    var added = [[(column: Int, role: Role)]](repeating: [], count: lists.rows)
    var seen: Set<[Int]> = []
    for (position, pair) in pairs.enumerated() {
      func refusal(_ expected: String) -> ContrastiveError {
        .index(
          argument: "pairs", position: position, found: "row \(pair.row), column \(pair.column)",
          expected: expected)
      }
      guard 0..<lists.rows ~= pair.row, 0..<columns ~= pair.column else {
        throw refusal("one of \(lists.rows) rows and \(columns) columns")
      }
      guard !lists[pair.row].contains(Int32(pair.column)),
        !exclusions.exclude(row: pair.row, column: pair.column)
      else { throw refusal("a negative of the row") }
      guard seen.insert([pair.row, pair.column]).inserted else { throw refusal("each pair once") }
      added[pair.row].append((pair.column, try pair.action.role(at: position)))
    }
    return adding { added[$0] }
  }
}

extension PairTreatment.Action {
  fileprivate func role(at position: Int) throws(ContrastiveError) -> ColumnRoles.Role {
    switch self {
    case .ignore: return .dropped
    case .attract: return .positive(1)
    case .soften(let share):
      guard share > 0, share <= 1e6 else {
        throw .parameter(
          name: "pairs", found: "a share of \(share) at position \(position)",
          expected: "a number above 0, to 1e6")
      }
      return .positive(share)
    case .reweight(let weight):
      guard 0...1e6 ~= weight else {
        throw .parameter(
          name: "pairs", found: "a weight of \(weight) at position \(position)",
          expected: "a number from 0 to 1e6")
      }
      return weight == 0 ? .dropped : .negative(weight)
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
