/// The noise-contrastive form: a few gathered columns for each row, all in Double.
extension InstDisc {
  func noiseContrast(
    _ queries: Matrix, _ bank: Matrix, _ indices: [Int], _ noise: [Int],
    _ wanted: Set<QueryVariable>, _ workers: Workers
  ) -> Evaluation<InstDisc> {
    let columns = NoiseColumns(
      queries: queries, bank: bank, indices: indices, noise: noise, temperature: temperature)
    let logPartition = partition.map(logarithm) ?? columns.logPartition(workers)
    // The noise's share of a column.
    let share = Double(columns.perRow) / Double(bank.rows)
    let logShare = logarithm(share + epsilon)
    let each = logarithm1p(epsilon / share)
    let scale = 1 / (Double(queries.rows) * temperature)

    var losses = [Double](repeating: 0, count: queries.rows)
    var gradient = Matrix(zeros: wanted.contains(.queries) ? queries.rows : 0, by: queries.columns)
    losses.withUnsafeMutableBufferPointer { losses in
      gradient.withUnsafeMutableBufferPointer { gradient in
        let (losses, gradient) = (SharedMemory(losses), SharedMemory(gradient))
        workers.forEach(queries.rows) { row, _ in
          var loss = 0.0
          var sum = [Double](repeating: 0, count: gradient.count > 0 ? queries.columns : 0)
          columns.forEach(row) { place, logit, column in
            let above = logit - logPartition - logShare
            loss += place == 0 ? softplus(-above) : each + softplus(above)
            let pull = scale * (place == 0 ? -logistic(-above) : logistic(above))
            for index in sum.indices { sum[index] += pull * Double(column[index]) }
          }
          losses[row] = loss
          for (index, value) in sum.enumerated() {
            gradient[row * queries.columns + index] = Float(value)
          }
        }
      }
    }
    return Evaluation(
      loss: losses.reduce(0, +) / Double(queries.rows), losses: losses,
      gradients: wanted.contains(.queries) ? [.queries: gradient] : [:],
      details: Details(negatives: NegativeCounts(), partition: exponential(logPartition)))
  }
}

/// Each query's own bank row and its noise rows.
private struct NoiseColumns: Sendable {
  let queries: Matrix
  let bank: Matrix
  let indices: [Int]
  let noise: [Int]
  let temperature: Double

  /// Noise rows of each query.
  var perRow: Int { noise.count / queries.rows }

  /// Calls `body(place, logit, bank row)` for the positive, place 0, then for the noise.
  func forEach(_ row: Int, _ body: (Int, Double, UnsafePointer<Float>) -> Void) {
    let dimension = queries.columns
    queries.withUnsafeBufferPointer { rows in
      bank.withUnsafeBufferPointer { columns in
        guard let rows = rows.baseAddress, let columns = columns.baseAddress else { return }
        for place in 0...perRow {
          let index = place == 0 ? indices[row] : noise[row * perRow + place - 1]
          let column = columns + index * dimension
          let similarity = RowKernels.best.dot(rows + row * dimension, column, count: dimension)
          body(place, similarity / temperature, column)
        }
      }
    }
  }

  /// log( n · the mean of exp(logit) over all columns of all rows ).
  func logPartition(_ workers: Workers) -> Double {
    var tops = [Double](repeating: -.infinity, count: queries.rows)
    var sums = [Double](repeating: 0, count: queries.rows)
    tops.withUnsafeMutableBufferPointer { tops in
      sums.withUnsafeMutableBufferPointer { sums in
        let (tops, sums) = (SharedMemory(tops), SharedMemory(sums))
        workers.forEach(queries.rows) { row, _ in
          var (top, sum) = (-Double.infinity, 0.0)
          forEach(row) { _, logit, _ in
            if logit > top { sum *= exponential(top - logit) }
            top = max(top, logit)
            sum += exponential(logit - top)
          }
          (tops[row], sums[row]) = (top, sum)
        }
      }
    }
    let top = tops.max() ?? 0
    let total = zip(tops, sums).reduce(0) { $0 + $1.1 * exponential($1.0 - top) }
    return top + logarithm(total * Double(bank.rows) / Double(queries.rows * (perRow + 1)))
  }
}
