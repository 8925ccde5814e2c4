/// Entries of the similarity matrix that are excluded from an objective.
///
/// Readers and writers apply their exclusions to a tile first: an excluded entry is −∞.
package enum Exclusion: Sendable {
  /// Column index = row index: a row's own key, or itself.
  case diagonal
  /// Listed columns of each row.
  case listed(RowLists)
  /// Columns that carry the same label as the row.
  case sameLabel(rows: [Int32], columns: [Int32])
  /// What a mask excludes: unselected entries, ranks outside a window, some columns.
  case mask(any TileMask)
  /// What another excludes, in a pass whose rows are its columns and the reverse.
  indirect case transposed(Exclusion)
  /// What another excludes, in a pass over some of its rows.
  indirect case selected(rows: [Int], Exclusion)

  /// Whether (i, j) is excluded wherever (j, i) is.
  package var isSymmetric: Bool {
    switch self {
    case .diagonal: true
    case .listed(let lists): lists.isSymmetric
    case .sameLabel(let rows, let columns): rows == columns
    case .mask: false
    case .transposed(let other): other.isSymmetric
    case .selected: false
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
    case .mask(let mask): mask.exclude(from: tile)
    case .transposed(let other): other.applyTransposed(to: tile)
    case .selected(let rows, let other):
      for (place, index) in tile.rows.enumerated() {
        other.apply(
          to: Tile(
            rows: rows[index]..<(rows[index] + 1), columns: tile.columns, values: tile.row(place),
            stride: tile.stride))
      }
    }
  }

  /// Whether an entry is excluded; `similarity`, in Double, is asked for by windows of ranks alone.
  func excludes(row: Int, column: Int, similarity: () -> Double) -> Bool {
    switch self {
    case .diagonal: row == column
    case .listed(let lists): lists[row].contains(Int32(column))
    case .sameLabel(let rows, let columns): rows[row] == columns[column]
    case .mask(let mask): mask.excludes(row: row, column: column, similarity: similarity)
    case .transposed(let other): other.excludes(row: column, column: row, similarity: similarity)
    case .selected(let rows, let other):
      other.excludes(row: rows[row], column: column, similarity: similarity)
    }
  }

  /// Sets the excluded entries of a tile whose rows are the columns to −∞.
  private func applyTransposed(to tile: Tile) {
    switch self {
    case .diagonal: apply(to: tile)
    case .listed(let lists):
      for column in tile.columns {
        for row in lists[column] { tile.exclude(row: Int(row), column: column) }
      }
    case .sameLabel(let rows, let columns):
      Exclusion.sameLabel(rows: columns, columns: rows).apply(to: tile)
    case .mask(let mask): mask.exclude(fromTransposed: tile)
    case .transposed(let other): other.apply(to: tile)
    case .selected(let columns, let other):
      for (place, index) in tile.columns.enumerated() {
        other.applyTransposed(
          to: Tile(
            rows: tile.rows, columns: columns[index]..<(columns[index] + 1),
            values: tile.values + place, stride: tile.stride))
      }
    }
  }
}

/// Entries to exclude that need a look at the tile: by byte, by rank, by column.
package protocol TileMask: Sendable {
  /// Sets what is excluded to −∞.
  func exclude(from tile: Tile)

  /// The same for a tile whose rows are the mask's columns and the reverse.
  func exclude(fromTransposed tile: Tile)

  /// Whether an entry is excluded, given its similarity in Double.
  func excludes(row: Int, column: Int, similarity: () -> Double) -> Bool
}

extension [Exclusion] {
  /// Sets the excluded entries that the tile covers to −∞.
  package func apply(to tile: Tile) {
    for exclusion in self { exclusion.apply(to: tile) }
  }

  /// Whether (i, j) is excluded wherever (j, i) is.
  package var isSymmetric: Bool { allSatisfy(\.isSymmetric) }

  /// How many columns of each row are not excluded; no window of ranks may be among the exclusions.
  ///
  /// Complexity: O(excluded entries) for lists and the diagonal, else O(rows · columns).
  package func counts(rows: Int, columns: Int, workers: Workers) -> [Int] {
    guard !isEmpty else { return [Int](repeating: columns, count: rows) }
    if let listed = listedCounts(rows: rows, columns: columns) {
      return listed.map { columns - $0 }
    }
    return workers.map(rows) { row in
      entries(row: row, 0..<columns) { entries in entries.count { $0 == 0 } }
    }
  }

  /// The columns of a row that are not excluded, ascending; no window of ranks may be among the
  /// exclusions.
  package func included(row: Int, columns: Int) -> [Int] {
    entries(row: row, 0..<columns) { entries in entries.indices.filter { entries[$0] == 0 } }
  }

  /// Whether an entry is excluded; no window of ranks may be among the exclusions.
  package func exclude(row: Int, column: Int) -> Bool {
    contains { $0.excludes(row: row, column: column) { .nan } }
  }

  /// Calls `body` with 0 for the columns that are not excluded.
  private func entries<R>(
    row: Int, _ columns: Range<Int>, _ body: (UnsafeMutableBufferPointer<Float>) -> R
  ) -> R {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns.count) { entries in
      entries.initialize(repeating: 0)
      let values = SharedMemory(entries).base
      apply(
        to: Tile(
          rows: row..<(row + 1), columns: columns, values: values, stride: columns.count))
      return body(entries)
    }
  }

  /// How many columns of each row the diagonal and lists exclude, where nothing else does.
  private func listedCounts(rows: Int, columns: Int) -> [Int]? {
    var lists: [RowLists] = []
    var excludesDiagonal = false
    for exclusion in self {
      switch exclusion {
      case .diagonal: excludesDiagonal = true
      case .listed(let columns): lists.append(columns)
      default: return nil
      }
    }
    // The last row that excludes a column.
    var excluding = [Int](repeating: -1, count: columns)
    return (0..<rows).map { row in
      var count = 0
      func exclude(_ column: Int) {
        guard column < columns, excluding[column] != row else { return }
        excluding[column] = row
        count += 1
      }
      if excludesDiagonal { exclude(row) }
      for list in lists { for column in list[row] { exclude(Int(column)) } }
      return count
    }
  }
}
