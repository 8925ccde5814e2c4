/// A few columns of each row, looked at one by one in Double.
///
/// What a loss depends on most, its positives, is then known to every digit; a pass over the rest
/// excludes these columns.
struct ListedPairs: Sendable {
  /// The columns of each row.
  let lists: RowLists
  /// ⟨row, column⟩ of each, in the order of the lists.
  let similarities: [Double]

  /// Computes the dot products.
  ///
  /// Complexity: 2 · listed columns · dimension floating-point operations and 8 bytes each.
  init(_ lists: RowLists, rows: Matrix, columns: Matrix, workers: Workers) {
    precondition(lists.rows == rows.rows && rows.columns == columns.columns)
    self.lists = lists
    var similarities = [Double](repeating: 0, count: lists.count)
    let dimension = rows.columns
    rows.withUnsafeBufferPointer { a in
      columns.withUnsafeBufferPointer { b in
        similarities.withUnsafeMutableBufferPointer { found in
          let (a, b) = (SharedReadOnlyMemory(a), SharedReadOnlyMemory(b))
          let found = SharedMemory(found)
          workers.forEachPiece(of: lists.rows) { range in
            for row in range {
              for (place, column) in zip(lists.places(of: row), lists[row]) {
                found[place] = RowKernels.best.dot(
                  a + row * dimension, b + Int(column) * dimension, count: dimension)
              }
            }
          }
        }
      }
    }
    self.similarities = similarities
  }

  /// A number for each place in the lists.
  func map(
    workers: Workers, _ value: @Sendable (_ row: Int, _ place: Int) -> Double
  ) -> [Double] {
    [Double](unsafeUninitializedCapacity: lists.count) { buffer, count in
      let values = SharedMemory(buffer)
      workers.forEachPiece(of: lists.rows) { range in
        for row in range { for place in lists.places(of: row) { values[place] = value(row, place) } }
      }
      count = lists.count
    }
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
    gradient.withUnsafeMutableBufferPointer { gradient in
      source.withUnsafeBufferPointer { values in
        let (gradient, values) = (SharedMemory(gradient), SharedReadOnlyMemory(values))
        workers.forEachPiece(of: count) { range in
          withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension) { sum in
            guard let sum = sum.baseAddress else { return }
            for row in range {
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
