import Foundation

/// Sinkhorn codes by their definition, in logarithms.
public func referenceSinkhorn(scores: Rows, epsilon: Double, iterations: Int) -> Rows {
  let exponents = scores.map { $0.map { $0 / epsilon } }
  if iterations == 0 {
    let total = logSumExp(exponents.flatMap { $0 })
    return exponents.map { $0.map { exp($0 - total) * Double(scores.count) } }
  }
  var columns = [Double](repeating: 0, count: scores[0].count)
  var rows = [Double](repeating: 0, count: scores.count)
  for _ in 0..<iterations {
    for column in columns.indices {
      columns[column] = logSumExp(rows.indices.map { exponents[$0][column] - rows[$0] })
    }
    for row in rows.indices {
      rows[row] = logSumExp(columns.indices.map { exponents[row][$0] - columns[$0] })
    }
  }
  return rows.indices.map { row in
    columns.indices.map { exp(exponents[row][$0] - columns[$0] - rows[row]) }
  }
}
