/// Which columns are selected for each row: a byte an entry, 1 for those that do.
public struct SelectionMask: Sendable, Equatable {
  /// Number of rows.
  package let rows: Int
  /// Number of columns.
  package let columns: Int
  private let values: [UInt8]

  /// Takes `values` in row-major order.
  ///
  /// - Parameters:
  ///   - rows: number of rows, 0 or more.
  ///   - columns: number of columns, 0 or more.
  ///   - values: `rows × columns` elements, 0 or 1.
  ///   - argument: the name to use in errors.
  /// - Throws: `ContrastiveError`: `.shape` when the counts do not agree, `.index` for another
  ///   value.
  public init(
    rows: Int, columns: Int, values: [UInt8], argument: String = "mask"
  ) throws(ContrastiveError) {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    try requireShape(
      rows >= 0 && columns >= 0 && !overflow && values.count == count, argument,
      "[\(values.count)]", "[\(rows) × \(columns)]")
    if let position = values.firstIndex(where: { $0 > 1 }) {
      throw .index(
        argument: argument, position: position, found: "\(values[position])", expected: "0 or 1")
    }
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// Whether a column is selected for a row.
  package subscript(row: Int, column: Int) -> Bool {
    precondition(0..<rows ~= row && 0..<columns ~= column, "index outside the mask")
    return values[row * columns + column] == 1
  }

  /// Number of columns that are not selected for each row.
  package var unselected: [Int] {
    values.withUnsafeBufferPointer { values in
      (0..<rows).map { row in
        var taken = 0
        for position in (row * columns)..<((row + 1) * columns) { taken += Int(values[position]) }
        return columns - taken
      }
    }
  }

  /// The shape as `[rows × columns]`, for messages.
  package var shape: String { "[\(rows) × \(columns)]" }
}

extension SelectionMask: TileMask {
  package func exclude(from tile: Tile) {
    values.withUnsafeBufferPointer { values in
      guard let first = values.baseAddress else { return }
      for row in tile.rows {
        let entries = tile.row(row - tile.rows.lowerBound)
        let takes = first + row * columns + tile.columns.lowerBound
        for column in 0..<tile.columns.count {
          entries[column] = takes[column] == 0 ? -.infinity : entries[column]
        }
      }
    }
  }

  package func excludes(row: Int, column: Int, similarity: () -> Double) -> Bool {
    !self[row, column]
  }

  package func exclude(fromTransposed tile: Tile) {
    for (place, row) in tile.columns.enumerated() {
      for column in tile.rows where values[row * columns + column] == 0 {
        tile.row(column - tile.rows.lowerBound)[place] = -.infinity
      }
    }
  }
}
