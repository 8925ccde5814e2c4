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

  /// A number for each place in the lists.
  func map(
    workers: Workers, _ value: @Sendable (_ row: Int, _ place: Int) -> Double
  ) -> [Double] {
    let values = SharedArray(repeating: 0.0, count: lists.count)
    let memory = values.memory
    workers.forEachRun(of: lists.rows, size: Self.rowsPerPiece) { run in
      for row in run { for place in lists.places(of: row) { memory[place] = value(row, place) } }
    }
    return values.elements
  }

  /// Adds Σ coefficient · column over each row's listed columns to the row of `gradient`.
  ///
  /// `coefficients` are in the order of the lists.
  func add(to gradient: inout Matrix, columns: Matrix, coefficients: [Double], workers: Workers) {
    guard lists.count > 0 else { return }
    add(to: &gradient, from: columns, workers: workers) { row, add in
      for place in lists.places(of: row) { add(lists.column(at: place), coefficients[place]) }
    }
  }

  /// Adds Σ coefficient · row over the rows that list a column to that column's row of `gradient`.
  func addTransposed(
    to gradient: inout Matrix, rows: Matrix, coefficients: [Double], workers: Workers
  ) {
    guard lists.count > 0 else { return }
    let holders = ListHolders(of: lists, columns: gradient.rows)
    add(to: &gradient, from: rows, workers: workers) { column, add in
      holders.forEach(column) { add($0, coefficients[$1]) }
    }
  }

  /// Adds both of a set that lists its own rows.
  func addBothWays(
    to gradient: inout Matrix, rows: Matrix, coefficients: [Double], workers: Workers
  ) {
    guard lists.count > 0 else { return }
    let holders = ListHolders(of: lists, columns: gradient.rows)
    add(to: &gradient, from: rows, workers: workers) { row, add in
      for place in lists.places(of: row) { add(lists.column(at: place), coefficients[place]) }
      holders.forEach(row) { add($0, coefficients[$1]) }
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
                let from = values + index * dimension
                if isEmpty {
                  for d in 0..<dimension { sum[d] = factor * Double(from[d]) }
                } else {
                  for d in 0..<dimension { sum[d] += factor * Double(from[d]) }
                }
                isEmpty = false
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
}
