import Foundation

/// A row divided by its norm.
public func unit(_ row: [Double]) -> [Double] {
  let norm = dot(row, row).squareRoot()
  return row.map { $0 / norm }
}

/// Alignment by its definition: the mean of ‖x̂ − ŷ‖^exponent.
public func referenceAlignment(_ first: Rows, _ second: Rows, exponent: Double) -> Double {
  var sum = 0.0
  for (x, y) in zip(first, second) {
    sum += pow(squaredDistance(unit(x), unit(y)).squareRoot(), exponent)
  }
  return sum / Double(first.count)
}

/// Alignment of all pairs of different rows that share a label, for exponent 2.
public func referenceClassAlignment(_ rows: Rows, labels: [Int]) -> Double {
  var (sum, pairs) = (0.0, 0.0)
  for i in rows.indices {
    for j in rows.indices where i != j && labels[i] == labels[j] {
      sum += squaredDistance(unit(rows[i]), unit(rows[j]))
      pairs += 1
    }
  }
  return sum / pairs
}

/// Uniformity by its definition: the logarithm of the mean of exp(−t ‖x̂ − ŷ‖²) over all pairs.
public func referenceUniformity(_ rows: Rows, t: Double) -> Double {
  let rows = rows.map(unit)
  var (sum, pairs) = (0.0, 0.0)
  for i in rows.indices {
    for j in rows.indices where i != j {
      sum += exp(-t * squaredDistance(rows[i], rows[j]))
      pairs += 1
    }
  }
  return log(sum / pairs)
}

/// Singular values, largest first, by one-sided Jacobi rotations of the columns.
public func referenceSingularValues(_ rows: Rows) -> [Double] {
  var columns = (rows.first ?? []).indices.map { column in rows.map { $0[column] } }
  for _ in 0..<60 {
    for p in columns.indices {
      for q in columns.indices where q > p {
        let (a, b) = (dot(columns[p], columns[p]), dot(columns[q], columns[q]))
        let c = dot(columns[p], columns[q])
        guard abs(c) > 1e-18 * (a * b).squareRoot() else { continue }
        let zeta = (b - a) / (2 * c)
        let t = (zeta >= 0 ? 1.0 : -1.0) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
        let cosine = 1 / (1 + t * t).squareRoot()
        for row in columns[p].indices {
          let (x, y) = (columns[p][row], columns[q][row])
          columns[p][row] = cosine * x - cosine * t * y
          columns[q][row] = cosine * t * x + cosine * y
        }
      }
    }
  }
  let values = columns.map { dot($0, $0).squareRoot() }.sorted(by: >)
  return Array(values.prefix(min(rows.count, values.count)))
}

/// exp of the entropy of shares to which epsilon is added.
public func referenceEntropyRank(_ values: [Double], epsilon: Double) -> Double {
  let total = values.reduce(0, +)
  var entropy = 0.0
  for value in values {
    let share = value / total + epsilon
    if share > 0 { entropy -= share * log(share) }
  }
  return exp(entropy)
}

/// The third standardized moment.
public func referenceSkewness(_ values: [Double]) -> Double {
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  let second = values.reduce(0) { $0 + pow($1 - mean, 2) } / count
  let third = values.reduce(0) { $0 + pow($1 - mean, 3) } / count
  return second == 0 ? 0 : third / pow(second, 1.5)
}
