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
