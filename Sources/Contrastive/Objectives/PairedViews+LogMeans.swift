extension PairedViews {
  /// log(R/M) of a few rows, in Double from the dot products on.
  ///
  /// R/M = Σ exp((1 + β) u) / Σ exp(β u) over the row's M negatives, u the logits.
  ///
  /// Complexity: 2 · rows · 2N · dimension floating-point operations.
  func logMeans(
    of few: [Int], temperature: Double, beta: Double, workers: Workers
  ) -> [Double] {
    var found = [Double](repeating: 0, count: few.count)
    let (columns, dimension) = (rows.rows, rows.columns)
    rows.withUnsafeBufferPointer { values in
      found.withUnsafeMutableBufferPointer { found in
        let (values, found) = (SharedReadOnlyMemory(values), SharedMemory(found))
        workers.forEach(few.count) { index, _ in
          let row = few[index]
          let logits = (0..<columns).lazy.filter { $0 != row && $0 != partner(of: row) }.map {
            RowKernels.best.dot(
              values + row * dimension, values + $0 * dimension, count: dimension) / temperature
          }
          let all = Array(logits)
          let top = all.max() ?? 0
          var (hard, weight) = (0.0, 0.0)
          for logit in all {
            hard += exponential((1 + beta) * (logit - top))
            weight += exponential(beta * (logit - top))
          }
          found[index] = top + logarithm(hard) - logarithm(weight)
        }
      }
    }
    return found
  }
}
