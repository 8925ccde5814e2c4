/// A few columns of each row, looked at one by one in Double.
///
/// What a loss depends on most, its positives, is then known to every digit; a pass over the rest
/// excludes these columns.
struct ListedPairs: Sendable {
  /// The columns of each row.
  let lists: RowLists
  /// ⟨row, column⟩ of each, in the order of the lists.
  let similarities: [Double]
  /// Rows of a piece of work.
  private static let rowsPerPiece = 64

  /// Computes the dot products.
  ///
  /// Complexity: 2 · listed columns · dimension floating-point operations and 8 bytes each.
  init(_ lists: RowLists, rows: Matrix, columns: Matrix, workers: Workers) {
    precondition(lists.rows == rows.rows && rows.columns == columns.columns)
    self.lists = lists
    let similarities = SharedArray(repeating: 0.0, count: lists.count)
    let (found, dimension) = (similarities.memory, rows.columns)
    rows.withSharedMemory(and: columns) { a, b in
      workers.forEachRun(of: lists.rows, size: Self.rowsPerPiece) { run in
        for row in run {
          for (place, column) in zip(lists.places(of: row), lists[row]) {
            found[place] = RowKernels.best.dot(
              a + row * dimension, b + Int(column) * dimension, count: dimension)
          }
        }
      }
    }
    self.similarities = similarities.elements
  }

  /// Adds Σ coefficient · column over each row's listed columns to the row of `gradient`.
  ///
  /// `coefficient` is that of a row and a place in the lists.
  func add(
    to gradient: inout Matrix, columns: Matrix, workers: Workers,
    coefficient: @Sendable (_ row: Int, _ place: Int) -> Double
  ) {
    guard lists.count > 0 else { return }
    add(to: &gradient, from: columns, workers: workers) { row, add in
      for place in lists.places(of: row) { add(lists.column(at: place), coefficient(row, place)) }
    }
  }

  /// Adds Σ coefficient · row over the rows that list a column to that column's row of `gradient`.
  func addTransposed(
    to gradient: inout Matrix, rows: Matrix, workers: Workers,
    coefficient: @Sendable (_ row: Int, _ place: Int) -> Double
  ) {
    guard lists.count > 0 else { return }
    let holders = Holders(of: lists, columns: gradient.rows)
    add(to: &gradient, from: rows, workers: workers) { column, add in
      holders.forEach(column) { add($0, coefficient($0, $1)) }
    }
  }

  /// Adds both of a set that lists its own rows.
  func addBothWays(
    to gradient: inout Matrix, rows: Matrix, workers: Workers,
    coefficient: @Sendable (_ row: Int, _ place: Int) -> Double
  ) {
    guard lists.count > 0 else { return }
    let holders = Holders(of: lists, columns: gradient.rows)
    add(to: &gradient, from: rows, workers: workers) { row, add in
      for place in lists.places(of: row) { add(lists.column(at: place), coefficient(row, place)) }
      holders.forEach(row) { add($0, coefficient($0, $1)) }
    }
  }

  /// Adds to each row of `gradient` what `terms` names: rows of `source` with their factors.
  private func add(
    to gradient: inout Matrix, from source: Matrix, workers: Workers,
    _ terms: @Sendable (_ row: Int, _ add: (_ index: Int, _ factor: Double) -> Void) -> Void
  ) {
    let (dimension, count) = (source.columns, gradient.rows)
    gradient.withMutableSharedMemory { gradient in
      source.withSharedMemory { values in
        workers.forEachRun(of: count, size: Self.rowsPerPiece) { run in
          withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension) { sum in
            guard let sum = sum.baseAddress else { return }
            for row in run {
              var isEmpty = true
              terms(row) { index, factor in
                guard factor != 0 else { return }
                if isEmpty { sum.initialize(repeating: 0, count: dimension) }
                isEmpty = false
                let from = values + index * dimension
                for d in 0..<dimension { sum[d] += factor * Double(from[d]) }
              }
              if isEmpty { continue }
              let target = gradient + row * dimension
              for d in 0..<dimension { target[d] = Float(Double(target[d]) + sum[d]) }
            }
          }
        }
      }
    }
  }

  /// The rows that list each column, ascending, and where in the lists.
  private struct Holders: Sendable {
    /// Those of column c are `rows[starts[c] ..< starts[c + 1]]`.
    private var starts: [Int]
    private var rows: [Int32]
    private var places: [Int32]

    /// Calls `body` with each row that lists a column, and the place.
    func forEach(_ column: Int, _ body: (_ row: Int, _ place: Int) -> Void) {
      for holder in starts[column]..<starts[column + 1] {
        body(Int(rows[holder]), Int(places[holder]))
      }
    }

    init(of lists: RowLists, columns: Int) {
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
  }
}
