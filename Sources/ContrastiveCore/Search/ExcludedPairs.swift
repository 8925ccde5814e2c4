/// Excluded entries, looked up one by one: lists as sorted columns of each row, the rest as it is.
struct ExcludedPairs: Sendable {
  private let firstRow: Int
  /// Those of row r, counted from the first, are `columns[starts[r] ..< starts[r + 1]]`, ascending.
  private let starts: SharedReadOnlyMemory<Int>
  private let columns: SharedReadOnlyMemory<Int32>
  private let others: [Exclusion]
  private let kind: Kind

  /// What there is to look up; of most searches nothing, or the row itself.
  private enum Kind {
    case nothing, diagonal, listsAlone, all

    init(_ exclusions: [Exclusion]) {
      if exclusions.isEmpty {
        self = .nothing
      } else if exclusions.count == 1, case .diagonal = exclusions[0] {
        self = .diagonal
      } else {
        self = exclusions.allSatisfy(\.isList) ? .listsAlone : .all
      }
    }
  }

  /// Calls `body` with what some exclusions exclude of some rows.
  ///
  /// Complexity: O(rows + n log n) for n listed entries.
  static func with<R, Failure: Error>(
    _ exclusions: [Exclusion], rows: Range<Int>, _ body: (ExcludedPairs) throws(Failure) -> R
  ) throws(Failure) -> R {
    let kind = Kind(exclusions)
    let lists = kind == .diagonal ? [] : exclusions.filter(\.isList)
    var (starts, columns) = ([0], [Int32]())
    starts.reserveCapacity(rows.count + 1)
    for row in rows {
      let first = columns.count
      for list in lists { list.forEachListed(row) { columns.append($0) } }
      if columns.count > first + 1 { columns[first...].sort() }
      starts.append(columns.count)
    }
    return try starts.withUnsafeBufferPointer { starts throws(Failure) in
      try columns.withUnsafeBufferPointer { columns throws(Failure) in
        try body(
          ExcludedPairs(
            firstRow: rows.lowerBound, starts: SharedReadOnlyMemory(starts),
            columns: SharedReadOnlyMemory(columns), others: exclusions.filter { !$0.isList },
            kind: kind))
      }
    }
  }

  /// Whether an entry is excluded; `similarity`, in Double, is asked for by windows of ranks alone.
  @inline(__always)
  func contain(row: Int, column: Int, similarity: () -> Double) -> Bool {
    switch kind {
    case .nothing: false
    case .diagonal: row == column
    case .listsAlone, .all: isFound(row: row, column: column, similarity: similarity)
    }
  }

  // Apart from the loops that ask, which would be slower even where nothing is excluded.
  @inline(never)
  private func isFound(row: Int, column: Int, similarity: () -> Double) -> Bool {
    let place = row - firstRow
    var (low, end) = (starts.base[place], starts.base[place + 1])
    while low < end {
      let middle = (low + end) / 2
      let listed = Int(columns.base[middle])
      if listed == column { return true }
      if listed < column { low = middle + 1 } else { end = middle }
    }
    guard kind == .all else { return false }
    return others.contains {
      $0.excludes(row: row, column: column, similarity: similarity)
    }
  }
}

extension Exclusion {
  /// Whether it has few columns of a row, and knows which.
  fileprivate var isList: Bool {
    switch self {
    case .diagonal, .listed: true
    case .selected(_, let other): other.isList
    case .sameLabel, .mask, .transposed: false
    }
  }

  /// Calls `body` with the columns of a row, of a list.
  fileprivate func forEachListed(_ row: Int, _ body: (Int32) -> Void) {
    switch self {
    case .diagonal: body(Int32(row))
    case .listed(let lists): lists[row].forEach(body)
    case .selected(let rows, let other): other.forEachListed(rows[row], body)
    case .sameLabel, .mask, .transposed: break
    }
  }
}
