/// A few columns of each row, looked at one by one in Double.
///
/// What a loss depends on most, its positives, is then known to every digit; a sweep over the rest
/// leaves these columns out.
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
    var similarities = [Double](repeating: 0, count: lists.count)
    let dimension = rows.columns
    rows.withUnsafeBufferPointer { a in
      columns.withUnsafeBufferPointer { b in
        similarities.withUnsafeMutableBufferPointer { found in
          let (a, b) = (SharedReadOnlyMemory(a), SharedReadOnlyMemory(b))
          let found = SharedMemory(found)
          Self.forEachPiece(lists.rows, workers) { range in
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

  /// Softmax, sum and number of the listed similarities of each row that `takesPart` picks.
  func summary(
    temperature: Double, workers: Workers,
    where takesPart: @Sendable (_ row: Int, _ column: Int) -> Bool
  ) -> (softmax: RowSoftmax, totals: [Double], counts: [Int]) {
    var found = [Summary](repeating: Summary(), count: lists.rows)
    found.withUnsafeMutableBufferPointer { found in
      let found = SharedMemory(found)
      Self.forEachPiece(lists.rows, workers) { range in
        for row in range {
          found[row] = summary(of: row, temperature: temperature) { takesPart(row, $0) }
        }
      }
    }
    var softmax = RowSoftmax(rows: lists.rows)
    for (row, own) in found.enumerated() {
      softmax.add(logSum: own.logSum, mean: own.mean, row: row)
    }
    return (softmax, found.map(\.total), found.map(\.count))
  }

  /// What is known of some of a row's columns.
  private struct Summary: Sendable {
    var logSum = -Double.infinity
    var mean = 0.0
    var total = 0.0
    var count = 0
  }

  private func summary(
    of row: Int, temperature: Double, where takesPart: (_ column: Int) -> Bool
  ) -> Summary {
    let taken = lists.places(of: row).filter { takesPart(lists.column(at: $0)) }.map {
      (similarity: similarities[$0], count: 1.0)
    }
    guard !taken.isEmpty else { return Summary() }
    let sum = LogSum(taken, temperature: temperature)
    return Summary(
      logSum: sum.logSum, mean: sum.mean, total: taken.reduce(0) { $0 + $1.similarity },
      count: taken.count)
  }

  /// Adds Σ coefficient · column over each row's listed columns to the row of `gradient`.
  ///
  /// - Parameters:
  ///   - gradient: a row for each row of the lists.
  ///   - columns: what the lists index.
  ///   - workers: the threads to use; no effect on the result.
  ///   - coefficient: of a row, one of its columns and their similarity.
  func add(
    to gradient: inout Matrix, columns: Matrix, workers: Workers,
    coefficient: @Sendable (_ row: Int, _ column: Int, _ similarity: Double) -> Double
  ) {
    add(to: &gradient, columns: columns, workers: workers) { row, place in
      coefficient(row, lists.column(at: place), similarities[place])
    }
  }

  /// The same with coefficients of a row and a place in the lists.
  func add(
    to gradient: inout Matrix, columns: Matrix, workers: Workers,
    coefficient: @Sendable (_ row: Int, _ place: Int) -> Double
  ) {
    let dimension = columns.columns
    gradient.withUnsafeMutableBufferPointer { gradient in
      columns.withUnsafeBufferPointer { values in
        let (gradient, values) = (SharedMemory(gradient), SharedReadOnlyMemory(values))
        Self.forEachPiece(lists.rows, workers) { range in
          withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension) { sum in
            guard let sum = sum.baseAddress else { return }
            for row in range where !lists[row].isEmpty {
              sum.initialize(repeating: 0, count: dimension)
              for (place, column) in zip(lists.places(of: row), lists[row]) {
                let factor = coefficient(row, place)
                guard factor != 0 else { continue }
                let from = values + Int(column) * dimension
                for d in 0..<dimension { sum[d] += factor * Double(from[d]) }
              }
              let target = gradient + row * dimension
              for d in 0..<dimension { target[d] = Float(Double(target[d]) + sum[d]) }
            }
          }
        }
      }
    }
  }

  /// Adds Σ coefficient · row over the rows that list a column to that column's row of `gradient`.
  ///
  /// - Parameters:
  ///   - gradient: a row for each column.
  ///   - rows: the rows of the lists.
  ///   - workers: the threads to use; no effect on the result.
  ///   - coefficient: of a row and a place in the lists.
  func addExchanged(
    to gradient: inout Matrix, rows: Matrix, workers: Workers,
    coefficient: @Sendable (_ row: Int, _ place: Int) -> Double
  ) {
    guard lists.count > 0 else { return }
    let (dimension, count) = (rows.columns, gradient.rows)
    var holders = [[(row: Int, place: Int)]](repeating: [], count: count)
    for row in 0..<lists.rows {
      for (place, column) in zip(lists.places(of: row), lists[row]) {
        holders[Int(column)].append((row, place))
      }
    }
    let listing = holders
    gradient.withUnsafeMutableBufferPointer { gradient in
      rows.withUnsafeBufferPointer { values in
        let (gradient, values) = (SharedMemory(gradient), SharedReadOnlyMemory(values))
        Self.forEachPiece(count, workers) { range in
          for column in range {
            for (row, place) in listing[column] {
              let factor = coefficient(row, place)
              guard factor != 0 else { continue }
              let (target, from) = (gradient + column * dimension, values + row * dimension)
              for d in 0..<dimension {
                target[d] = Float(Double(target[d]) + factor * Double(from[d]))
              }
            }
          }
        }
      }
    }
  }

  private static func forEachPiece(
    _ rows: Int, _ workers: Workers, _ body: @Sendable (Range<Int>) -> Void
  ) {
    workers.forEach(pieces(rows, rowsPerPiece)) { piece, _ in
      body((piece * rowsPerPiece)..<min(rows, (piece + 1) * rowsPerPiece))
    }
  }
}
