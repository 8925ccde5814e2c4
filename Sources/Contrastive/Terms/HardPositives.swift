/// The least similar of each query's positives, with their counts: what InvP learns from.
struct HardPositives: Sendable {
  /// log Σ count · exp(u) of each query's hard positives.
  let logSum: [Double]
  /// Σ (count · exp(u) / that sum) · bank row, [queries × dimension]; empty when it was not asked
  /// for.
  ///
  /// In Double: it may be all but equal to the background's mean, from which it is subtracted.
  let mean: [Double]

  /// The `count` least similar of the ends of walks from each query's own node: each as often as
  /// walks end there or, `distinct`, once and without the own node.
  ///
  /// Without any the sum is −∞ and the mean 0.
  ///
  /// Ties go to the lower node; similarities are in Double.
  ///
  /// Complexity: O(nodes reached · dimension) for each query.
  init(
    _ count: Int, steps: Int, over graph: NeighborGraph, of queries: Matrix, in bank: Matrix,
    indices: [Int], temperature: Double, distinct: Bool, withMean: Bool, workers: Workers
  ) {
    let dimension = queries.columns
    var logSum = [Double](repeating: 0, count: queries.rows)
    var mean = [Double](repeating: 0, count: withMean ? queries.rows * dimension : 0)
    queries.withUnsafeBufferPointer { rows in
      bank.withUnsafeBufferPointer { columns in
        let (rows, columns) = (SharedReadOnlyMemory(rows), SharedReadOnlyMemory(columns))
        logSum.withUnsafeMutableBufferPointer { logSum in
          mean.withUnsafeMutableBufferPointer { mean in
            let (logSum, mean) = (SharedMemory(logSum), SharedMemory(mean))
            workers.forEach(queries.rows) { row, _ in
              let hard = graph.hardest(
                count, from: indices[row], steps: steps, repeats: !distinct, withStart: !distinct
              ) {
                RowKernels.best.dot(
                  rows + row * dimension, columns + $0 * dimension, count: dimension)
              }
              let top = (hard.last?.similarity ?? 0) / temperature
              var sum = 0.0
              var direction = [Double](repeating: 0, count: withMean ? dimension : 0)
              for positive in hard {
                let weight =
                  Double(positive.count) * exponential(positive.similarity / temperature - top)
                sum += weight
                let column = columns + positive.node * dimension
                for index in direction.indices {
                  direction[index] += weight * Double(column[index])
                }
              }
              logSum[row] = top + logarithm(sum)
              for (index, value) in direction.enumerated() {
                mean[row * dimension + index] = sum > 0 ? value / sum : 0
              }
            }
          }
        }
      }
    }
    self.logSum = logSum
    self.mean = mean
  }
}
