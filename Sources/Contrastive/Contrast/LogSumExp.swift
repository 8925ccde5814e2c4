/// log Σ exp(s / temperature) of some columns of a row, and their mean similarity under that
/// softmax.
struct LogSumExp: Sendable, Equatable {
  /// −∞ of no columns.
  private(set) var logSum = -Double.infinity
  /// Σ softmax · s; 0 of no columns.
  private(set) var mean = 0.0

  /// No columns.
  init() {}

  /// Columns of a known log-sum-exp and mean.
  init(logSum: Double, mean: Double) {
    self.logSum = logSum
    self.mean = logSum > -.infinity ? mean : 0
  }

  /// Columns of some similarities, each of which counts so many times.
  ///
  /// Exactly s / temperature for a single similarity s that counts once.
  init(_ values: [CountedSimilarity], temperature: Double) {
    if values.count == 1, values[0].count == 1 {
      (logSum, mean) = (values[0].similarity / temperature, values[0].similarity)
      return
    }
    let top = values.reduce(-Double.infinity) { max($0, $1.similarity) }
    guard top > -.infinity else { return }
    var (sum, spread) = (0.0, 0.0)
    for (similarity, count) in values {
      let e = count * exponential((similarity - top) / temperature)
      sum += e
      spread += e * (top - similarity)
    }
    logSum = top / temperature + logarithm(sum)
    mean = top - spread / sum
  }

  /// The share of a logit among them, exp(logit) / Σ exp.
  func share(of logit: Double) -> Double {
    let exponent = logit - logSum
    // No share is above 1 but of columns that count less than once. Further up it is rounding, that
    // of huge similarities.
    return exponential(exponent > 60 ? 0 : exponent)
  }

  /// The same of logits that are larger by so much.
  mutating func move(by error: Double) { logSum += error }

  /// Takes further columns into account.
  mutating func add(_ other: LogSumExp) {
    guard other.logSum > -.infinity else { return }
    guard logSum > -.infinity else {
      self = other
      return
    }
    let margin = other.logSum - logSum
    mean += logistic(margin) * (other.mean - mean)
    logSum += softplus(margin)
  }
}

/// A similarity and how often it counts.
typealias CountedSimilarity = (similarity: Double, count: Double)

extension [SoftmaxStatistics] {
  /// What a pass at a temperature found of each row.
  func logSums(temperature: Double) -> [LogSumExp] {
    flatMap { block in
      block.sum.indices.map { row in
        let (top, sum) = (Double(block.maximum[row]), block.sum[row])
        return sum > 0
          ? LogSumExp(
            logSum: top / temperature + logarithm(sum), mean: top - block.spread[row] / sum)
          : LogSumExp()
      }
    }
  }
}
