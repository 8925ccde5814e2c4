/// The softmax over some columns of each row, as far as a loss needs it.
struct RowSoftmax: Sendable, Equatable {
  /// log Σ exp(s / temperature); −∞ for a row without columns.
  private(set) var logSum: [Double]
  /// Σ softmax · s; 0 for a row without columns.
  private(set) var mean: [Double]

  /// Rows without columns.
  init(rows: Int) {
    logSum = [Double](repeating: -.infinity, count: rows)
    mean = [Double](repeating: 0, count: rows)
  }

  /// What a sweep at the same temperature found.
  init(_ blocks: [RunningSoftmax.Partial], temperature: Double) {
    self.init(rows: 0)
    for block in blocks {
      for row in block.sum.indices {
        let (top, sum) = (Double(block.maximum[row]), block.sum[row])
        logSum.append(sum > 0 ? top / temperature + logarithm(sum) : -.infinity)
        mean.append(sum > 0 ? top - block.spread[row] / sum : 0)
      }
    }
  }

  /// Takes columns of one row into account: their log Σ exp and their softmax-weighted mean.
  mutating func add(logSum other: Double, mean otherMean: Double, row: Int) {
    guard other > -.infinity else { return }
    guard logSum[row] > -.infinity else {
      (logSum[row], mean[row]) = (other, otherMean)
      return
    }
    let margin = other - logSum[row]
    mean[row] += logistic(margin) * (otherMean - mean[row])
    logSum[row] += softplus(margin)
  }

  /// Forgets a row's columns.
  mutating func clear(row: Int) { (logSum[row], mean[row]) = (-.infinity, 0) }

  /// Takes the columns of another into account.
  mutating func add(_ other: RowSoftmax) {
    for row in logSum.indices { add(logSum: other.logSum[row], mean: other.mean[row], row: row) }
  }
}
