extension Matrix {
  /// The rows of this matrix followed by those of another of the same dimension.
  package func stacked(on other: Matrix) -> Matrix {
    precondition(columns == other.columns)
    return Matrix(
      rows: rows + other.rows, columns: columns, sharing: Array(values) + other.values)
  }

  /// The rows at some indices, in their order.
  package func rows(at indices: some Collection<Int>) -> Matrix {
    let columns = columns
    return withUnsafeBufferPointer { source in
      Matrix(rows: indices.count, columns: columns) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for (place, index) in indices.enumerated() {
          (to + place * columns).initialize(from: from + index * columns, count: columns)
        }
      }
    }
  }

  /// Writes the rows of another matrix over the rows with these indices.
  package mutating func setRows(_ indices: some Collection<Int>, to other: Matrix) {
    precondition(indices.count == other.rows && columns == other.columns)
    let (rows, columns) = (rows, columns)
    withUnsafeMutableBufferPointer { target in
      other.withUnsafeBufferPointer { source in
        for (place, index) in indices.enumerated() {
          precondition(0..<rows ~= index)
          for column in 0..<columns {
            target[index * columns + column] = source[place * columns + column]
          }
        }
      }
    }
  }

  /// ⟨row i of this, row i of the other⟩ in Double.
  package func rowDots(_ other: Matrix) -> [Double] {
    precondition(rows == other.rows && columns == other.columns)
    return withUnsafeBufferPointer { a in
      other.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else {
          return [Double](repeating: 0, count: rows)
        }
        return (0..<rows).map {
          RowKernels.best.dot(a + $0 * columns, b + $0 * columns, count: columns)
        }
      }
    }
  }

  /// Multiplies each row by its factor.
  package mutating func scaleRows(by factor: (Int) -> Float) {
    let (rows, columns) = (rows, columns)
    withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for row in 0..<rows {
        let (start, scale) = (base + row * columns, factor(row))
        for column in 0..<columns { start[column] *= scale }
      }
    }
  }

  /// Adds factor × the same row of another matrix to each row.
  package mutating func addRows(of other: Matrix, times factor: (Int) -> Float) {
    precondition(rows == other.rows && columns == other.columns)
    let (rows, columns) = (rows, columns)
    withUnsafeMutableBufferPointer { values in
      other.withUnsafeBufferPointer { source in
        guard let base = values.baseAddress, let source = source.baseAddress else { return }
        for row in 0..<rows {
          let (to, from, scale) = (base + row * columns, source + row * columns, factor(row))
          for column in 0..<columns { to[column] += scale * from[column] }
        }
      }
    }
  }

  /// Adds factor × some values to one row.
  package mutating func add(_ factor: Float, times values: ArraySlice<Float>, toRow row: Int) {
    precondition(values.count == columns && 0..<rows ~= row)
    let start = row * columns
    withUnsafeMutableBufferPointer { target in
      for (column, value) in values.enumerated() { target[start + column] += factor * value }
    }
  }

  /// Each row multiplied by its factor, the products in Double.
  package func rows(times factors: [Double]) -> Matrix {
    precondition(factors.count == rows)
    return rows(at: Array(0..<rows), times: factors)
  }

  /// The rows at some indices, each multiplied by its factor; the products in Double.
  package func rows(at indices: [Int], times factors: [Double]) -> Matrix {
    precondition(factors.count == indices.count)
    let columns = columns
    return withUnsafeBufferPointer { source in
      Matrix(rows: indices.count, columns: columns) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for (row, factor) in factors.enumerated() {
          let (values, products) = (from + indices[row] * columns, to + row * columns)
          for column in 0..<columns {
            (products + column).initialize(to: Float(Double(values[column]) * factor))
          }
        }
      }
    }
  }
}
