extension Matrix {
  /// The rows of this matrix followed by those of another of the same dimension.
  package func stacked(on other: Matrix) -> Matrix {
    precondition(columns == other.columns)
    return Matrix(
      rows: rows + other.rows, columns: columns, sharing: Array(values) + other.values)
  }

  /// The rows at some indices, or in a range, copied in that order.
  ///
  /// - Parameter indices: indices of rows; one may occur more than once.
  /// - Returns: a matrix of `indices.count` rows.
  /// - Precondition: each index is in 0 ..< rows.
  /// - Complexity: O(indices × columns).
  public func rows(at indices: some Collection<Int>) -> Matrix {
    if let range = indices as? Range<Int> { return rows(range) }
    let (rows, columns) = (rows, columns)
    return withSharedMemory { source in
      Matrix(rows: indices.count, columns: columns) { target in
        let target = SharedMemory(target)
        for (place, index) in indices.enumerated() {
          precondition(0..<rows ~= index, "row outside the matrix")
          (target + place * columns).initialize(from: source + index * columns, count: columns)
        }
      }
    }
  }

  /// The rows of a range, copied.
  package func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows outside the matrix")
    return Matrix(
      rows: range.count, columns: columns,
      sharing: withUnsafeBufferPointer {
        Array($0[(range.lowerBound * columns)..<(range.upperBound * columns)])
      })
  }

  /// Writes the rows of another matrix over the rows with these indices.
  package mutating func setRows(_ indices: some Collection<Int>, to other: Matrix) {
    precondition(indices.count == other.rows && columns == other.columns)
    for (place, index) in indices.enumerated() {
      precondition(0..<rows ~= index)
      for (column, value) in other.row(place).enumerated() { self[index, column] = value }
    }
  }

  /// ⟨row i of this, row i of the other⟩ in Double.
  package func rowDots(_ other: Matrix, workers: Workers = .one) -> [Double] {
    precondition(rows == other.rows && columns == other.columns)
    let columns = columns
    return withSharedMemory(and: other) { a, b in
      workers.map(rows, runs: rowsOfPiece) {
        RowKernels.best.dot(a + $0 * columns, b + $0 * columns, count: columns)
      }
    }
  }

  /// ⟨a row of this, a row of another⟩ in Double.
  package func dot(_ row: Int, with other: Matrix, _ otherRow: Int) -> Double {
    precondition(0..<rows ~= row && 0..<other.rows ~= otherRow && columns == other.columns)
    return withSharedMemory(and: other) { a, b in
      RowKernels.best.dot(a + row * columns, b + otherRow * columns, count: columns)
    }
  }

  /// Multiplies each row by its factor.
  package mutating func scaleRows(by factor: (Int) -> Float) {
    let (rows, columns) = (rows, columns)
    withMutableSharedMemory { values in
      for row in 0..<rows {
        let (start, scale) = (values + row * columns, factor(row))
        for column in 0..<columns { start[column] *= scale }
      }
    }
  }

  /// Adds factor × the same row of another matrix to each row.
  package mutating func addRows(of other: Matrix, times factor: (Int) -> Float) {
    precondition(rows == other.rows)
    addRows(of: other, from: 0, times: factor)
  }

  /// Adds factor × row first + i of another matrix to each row i; `factor` is of that row.
  package mutating func addRows(
    of other: Matrix, from first: Int, workers: Workers = .one,
    times factor: (_ otherRow: Int) -> Float
  ) {
    precondition(first >= 0 && first + rows <= other.rows && columns == other.columns)
    let (rows, columns) = (rows, columns)
    let factors = (first..<(first + rows)).map(factor)
    withMutableSharedMemory { values in
      other.withSharedMemory { source in
        workers.forEachRun(of: rows, size: rowsOfPiece) { run in
          for row in run {
            let (to, from) = (values + row * columns, source + (first + row) * columns)
            let scale = factors[row]
            for column in 0..<columns { to[column] += scale * from[column] }
          }
        }
      }
    }
  }

  /// Adds factor × some values to one row.
  package mutating func add(_ factor: Float, times values: Row, toRow row: Int) {
    precondition(values.count == columns && 0..<rows ~= row)
    let start = row * columns
    withUnsafeMutableBufferPointer { target in
      for (column, value) in values.enumerated() { target[start + column] += factor * value }
    }
  }

  /// Each row multiplied by its factor, the products in Double.
  package func rows(times factors: [Double], workers: Workers = .one) -> Matrix {
    precondition(factors.count == rows)
    return rows(at: Array(0..<rows), times: factors, workers: workers)
  }

  /// The rows at some indices, each multiplied by its factor; the products in Double.
  package func rows(
    at indices: [Int], times factors: [Double], workers: Workers = .one
  ) -> Matrix {
    precondition(factors.count == indices.count)
    let columns = columns
    return withSharedMemory { source in
      Matrix(rows: indices.count, columns: columns) { target in
        let target = SharedMemory(target)
        workers.forEachRun(of: indices.count, size: rowsOfPiece) { run in
          for row in run {
            let (values, products) = (source + indices[row] * columns, target + row * columns)
            let factor = factors[row]
            for column in 0..<columns {
              (products + column).initialize(to: Float(Double(values[column]) * factor))
            }
          }
        }
      }
    }
  }
}

/// Rows that a worker takes at once where nothing is multiplied but rows by numbers.
private let rowsOfPiece = 256
