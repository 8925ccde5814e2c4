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

  /// Which way coefficients are read.
  enum Direction {
    /// Row i gets coefficient · column over the columns it lists.
    case listed
    /// Row j gets coefficient · row over the rows that list column j.
    case transposed
    /// Both, of a set that lists its own rows.
    case bothWays
  }

  /// Adds Σ coefficient · row of `source` to each row of `gradient`.
  ///
  /// `coefficients` are in the order of the lists.
  func add(
    _ coefficients: [Double], times source: Matrix, to gradient: inout Matrix,
    _ direction: Direction, workers: Workers
  ) {
    guard lists.count > 0 else { return }
    let holders =
      direction == .listed ? nil : ListHolders(of: lists, columns: gradient.rows)
    add(to: &gradient, from: source, workers: workers) { row, add in
      if direction != .transposed {
        for place in lists.places(of: row) { add(lists.column(at: place), coefficients[place]) }
      }
      holders?.forEach(row) { add($0, coefficients[$1]) }
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
