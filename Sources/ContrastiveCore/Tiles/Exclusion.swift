/// Entries of the similarity matrix that take no part in an objective.
///
/// A consumer applies its exclusions to a tile before it looks: an excluded entry is −∞.
package enum Exclusion: Sendable {
  /// Column index = row index: a row's own key, or itself.
  case diagonal
  /// Listed columns of each row.
  case listed(RowLists)
  /// Columns that carry the same label as the row.
  case sameLabel(rows: [Int32], columns: [Int32])
  /// Columns that a mask leaves out.
  case unselected(SelectionMask)
  /// Columns of each row whose ranks are outside a window.
  case outside(RankWindows)
  /// Some columns, for every row.
  case columns(ColumnSet)
  /// What another excludes, in a sweep whose rows are its columns and the reverse.
  indirect case exchanged(Exclusion)
  /// What another excludes, in a sweep whose first row is a later one.
  indirect case from(row: Int, Exclusion)
  /// What another excludes, in a sweep of some of its rows.
  indirect case selected(rows: [Int], Exclusion)

  /// Whether (i, j) is excluded wherever (j, i) is.
  package var isSymmetric: Bool {
    switch self {
    case .diagonal: true
    case .listed(let lists): lists.isSymmetric
    case .sameLabel(let rows, let columns): rows == columns
    case .unselected: false
    case .outside: false
    case .columns: false
    case .exchanged(let other): other.isSymmetric
    case .from, .selected: false
    }
  }

  /// Sets the excluded entries that the tile covers to −∞.
  package func apply(to tile: Tile) {
    switch self {
    case .diagonal:
      for row in tile.rows.clamped(to: tile.columns) { tile.exclude(row: row, column: row) }
    case .listed(let lists):
      for row in tile.rows {
        for column in lists[row] { tile.exclude(row: row, column: Int(column)) }
      }
    case .sameLabel(let rows, let columns):
      columns.withUnsafeBufferPointer { columns in
        guard let first = columns.baseAddress else { return }
        for row in tile.rows {
          let values = tile.row(row - tile.rows.lowerBound)
          let (label, labels) = (rows[row], first + tile.columns.lowerBound)
          for column in 0..<tile.columns.count {
            values[column] = labels[column] == label ? -.infinity : values[column]
          }
        }
      }
    case .unselected(let mask): mask.apply(to: tile)
    case .outside(let windows): windows.apply(to: tile)
    case .columns(let set): set.apply(to: tile)
    case .exchanged(let other): other.applyExchanged(to: tile)
    case .from(let first, let other):
      let rows = (tile.rows.lowerBound + first)..<(tile.rows.upperBound + first)
      other.apply(
        to: Tile(rows: rows, columns: tile.columns, values: tile.values, stride: tile.stride))
    case .selected(let rows, let other):
      for (place, index) in tile.rows.enumerated() {
        other.apply(
          to: Tile(
            rows: rows[index]..<(rows[index] + 1), columns: tile.columns, values: tile.row(place),
            stride: tile.stride))
      }
    }
  }

  /// Sets the excluded entries of a tile whose rows are the columns to −∞.
  private func applyExchanged(to tile: Tile) {
    switch self {
    case .diagonal: apply(to: tile)
    case .listed(let lists):
      for column in tile.columns {
        for row in lists[column] { tile.exclude(row: Int(row), column: column) }
      }
    case .sameLabel(let rows, let columns):
      Exclusion.sameLabel(rows: columns, columns: rows).apply(to: tile)
    case .unselected(let mask): mask.applyExchanged(to: tile)
    case .outside(let windows): windows.applyExchanged(to: tile)
    case .columns(let set):
      for index in set.indices where tile.rows ~= index {
        tile.row(index - tile.rows.lowerBound).update(
          repeating: -.infinity, count: tile.columns.count)
      }
    case .exchanged(let other): other.apply(to: tile)
    case .from(let first, let other):
      let columns = (tile.columns.lowerBound + first)..<(tile.columns.upperBound + first)
      other.applyExchanged(
        to: Tile(rows: tile.rows, columns: columns, values: tile.values, stride: tile.stride))
    case .selected(let columns, let other):
      for (place, index) in tile.columns.enumerated() {
        other.applyExchanged(
          to: Tile(
            rows: tile.rows, columns: columns[index]..<(columns[index] + 1),
            values: tile.values + place, stride: tile.stride))
      }
    }
  }
}

extension [Exclusion] {
  /// How many columns of each row take part; no window of ranks may be among the exclusions.
  ///
  /// Complexity: O(rows · columns) where anything is excluded.
  package func counts(rows: Int, columns: Int, workers: Workers) -> [Int] {
    var counts = [Int](repeating: columns, count: rows)
    guard !isEmpty else { return counts }
    counts.withUnsafeMutableBufferPointer { counts in
      let counts = SharedMemory(counts)
      workers.forEach(rows) { row, _ in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Swift.max(1, columns)) { entries in
          entries.initialize(repeating: 0)
          guard let base = entries.baseAddress else { return }
          let tile = Tile(
            rows: row..<(row + 1), columns: 0..<columns, values: base, stride: columns)
          for exclusion in self { exclusion.apply(to: tile) }
          var taken = 0
          for column in 0..<columns where base[column] == 0 { taken += 1 }
          counts[row] = taken
        }
      }
    }
    return counts
  }
}

/// A list of column indices for each row, in one array.
package struct RowLists: Sendable, Equatable {
  private let starts: [Int]
  private let columns: [Int32]
  /// Whether j lists i wherever i lists j.
  package let isSymmetric: Bool

  /// One list for each row.
  ///
  /// - Parameters:
  ///   - lists: the columns of each row.
  ///   - known: whether j lists i wherever i lists j; looked up when it is not given.
  package init(_ lists: [[Int]], isSymmetric known: Bool? = nil) {
    var starts = [0]
    var columns: [Int32] = []
    starts.reserveCapacity(lists.count + 1)
    columns.reserveCapacity(lists.count)
    for list in lists {
      for column in list { columns.append(Int32(column)) }
      starts.append(columns.count)
    }
    self.starts = starts
    self.columns = columns
    isSymmetric =
      known
      ?? (0..<(starts.count - 1)).allSatisfy { row in
        columns[starts[row]..<starts[row + 1]].allSatisfy { column in
          let other = Int(column)
          return other < starts.count - 1
            && columns[starts[other]..<starts[other + 1]].contains(Int32(row))
        }
      }
  }

  /// Number of rows.
  package var rows: Int { starts.count - 1 }

  /// Where a row's columns stand among those of all rows.
  package func places(of row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

  /// The column at a place.
  package func column(at place: Int) -> Int { Int(columns[place]) }

  /// Number of columns listed, over all rows.
  package var count: Int { columns.count }

  /// The columns of a row.
  package subscript(row: Int) -> ArraySlice<Int32> { columns[starts[row]..<starts[row + 1]] }
}
