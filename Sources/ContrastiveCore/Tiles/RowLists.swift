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

  /// Lists that lie behind one another: those of row r are `columns[starts[r] ..< starts[r + 1]]`.
  package init(starts: [Int], columns: [Int32], isSymmetric: Bool) {
    self.starts = starts
    self.columns = columns
    self.isSymmetric = isSymmetric
  }

  /// One column for each row.
  package init(single columns: [Int]) {
    starts = Array(0...columns.count)
    self.columns = columns.map(Int32.init)
    isSymmetric = columns.enumerated().allSatisfy { row, column in
      0..<columns.count ~= column && columns[column] == row
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

/// The rows that list each column, ascending, and where in the lists.
package struct ListHolders: Sendable {
  /// Those of column c are `rows[starts[c] ..< starts[c + 1]]`.
  private var starts: [Int]
  private var rows: [Int32]
  private var places: [Int32]

  /// Complexity: O(columns + listed columns).
  package init(of lists: RowLists, columns: Int) {
    starts = [Int](repeating: 0, count: columns + 1)
    for place in 0..<lists.count { starts[lists.column(at: place) + 1] += 1 }
    for column in 0..<columns { starts[column + 1] += starts[column] }
    var next = starts
    rows = [Int32](repeating: 0, count: lists.count)
    places = rows
    for row in 0..<lists.rows {
      for place in lists.places(of: row) {
        let column = lists.column(at: place)
        (rows[next[column]], places[next[column]]) = (Int32(row), Int32(place))
        next[column] += 1
      }
    }
  }

  /// Calls `body` with each row that lists a column, and the place.
  package func forEach(_ column: Int, _ body: (_ row: Int, _ place: Int) -> Void) {
    for holder in starts[column]..<starts[column + 1] {
      body(Int(rows[holder]), Int(places[holder]))
    }
  }
}
