/// The noise-contrastive form: a few gathered columns for each row, all in Double.
extension InstDisc {
  func noiseContrast(
    _ queries: Matrix, _ bank: Matrix, taking count: Int, _ indices: [Int], _ noise: [Int],
    _ wanted: Set<QueryVariable>, _ workers: Workers
  ) throws(ContrastiveError) -> Evaluation<InstDisc> {
    let columns = NoiseColumns(
      queries: queries, bank: bank, count: count, indices: indices, noise: noise,
      temperature: temperature)
    let logPartition = partition.map(logarithm) ?? columns.logPartition(workers)
    let known = exponential(logPartition)
    try requireParameter(
      known > 0 && known.isFinite, "temperature",
      "\(temperature), with a partition of e^\(logPartition)", "one whose partition a Double holds")
    // The noise's share of a column.
    let share = Double(columns.perRow) / Double(count)
    let logShare = logarithm(share + epsilon)
    let each = logarithm1p(epsilon / share)
    let scale = 1 / (Double(queries.rows) * temperature)

    let losses = SharedArray(repeating: 0.0, count: queries.rows)
    let found = losses.memory
    var gradient = wanted.isEmpty ? nil : Matrix(zeros: queries.rows, by: queries.columns)
    gradient.withMutableSharedMemory { gradient in
      workers.forEach(queries.rows) { row, _ in
        var sum = [Double](repeating: 0, count: gradient.count > 0 ? queries.columns : 0)
        columns.forEach(row) { place, logit, column in
          let above = logit - logPartition - logShare
          found[row] += place == 0 ? softplus(-above) : each + softplus(above)
          let pull = scale * (place == 0 ? -logistic(-above) : logistic(above))
          for index in sum.indices { sum[index] += pull * Double(column[index]) }
        }
        for (index, value) in sum.enumerated() {
          gradient[row * queries.columns + index] = Float(value)
        }
      }
    }
    return Evaluation(
      loss: losses.elements.mean, losses: losses.elements,
      gradients: gradient.map { [.queries: $0] } ?? [:],
      details: Details(negatives: NegativeCounts(), partition: known))
  }
}

/// Each query's own bank row and its noise rows.
private struct NoiseColumns: Sendable {
  let queries: Matrix
  let bank: Matrix
  /// Rows of the bank that take part.
  let count: Int
  let indices: [Int]
  let noise: [Int]
  let temperature: Double

  /// Noise rows of each query.
  var perRow: Int { noise.count / queries.rows }

  /// Calls `body(place, logit, bank row)` for the positive, place 0, then for the noise.
  func forEach(_ row: Int, _ body: (Int, Double, UnsafePointer<Float>) -> Void) {
    let dimension = queries.columns
    queries.withSharedMemory(and: bank) { rows, columns in
      for place in 0...perRow {
        let index = place == 0 ? indices[row] : noise[row * perRow + place - 1]
        let column = columns + index * dimension
        let similarity = RowKernels.best.dot(rows + row * dimension, column, count: dimension)
        body(place, similarity / temperature, column)
      }
    }
  }

  /// log( n · the mean of exp(logit) over all columns of all rows ).
  func logPartition(_ workers: Workers) -> Double {
    let rows = workers.map(queries.rows) { row in
      var (top, sum) = (-Double.infinity, 0.0)
      forEach(row) { _, logit, _ in
        if logit > top { sum *= exponential(top - logit) }
        top = max(top, logit)
        sum += exponential(logit - top)
      }
      return (top: top, sum: sum)
    }
    let top = rows.map(\.top).max() ?? 0
    let total = rows.reduce(0) { $0 + $1.sum * exponential($1.top - top) }
    return top + logarithm(total * Double(count) / Double(queries.rows * (perRow + 1)))
  }
}
