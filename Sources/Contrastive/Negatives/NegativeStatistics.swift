/// The negatives of each row, reduced to what a loss and its derivatives need.
///
/// Without weights, log Σ exp(u) and the mean similarity under that softmax; with weights exp(βu),
/// the same of exp((1 + β)u) and of exp(βu).
struct NegativeStatistics: Sendable {
  let temperature: Double
  let hardness: HardNegativeWeights?
  /// Of exp((1 + β)u), β being 0 without weights.
  private(set) var terms: RowSoftmax
  /// Of exp(βu), where β is above 0.
  private(set) var weights: RowSoftmax?
  /// M, how many there are; known with `hardness`.
  private(set) var counts: [Double]

  /// Negatives that are not weighted.
  init(_ softmax: RowSoftmax, temperature: Double) {
    self.temperature = temperature
    hardness = nil
    terms = softmax
    counts = []
  }

  /// What sweeps at temperature/(1 + β) and temperature/β found of `counts` negatives a row.
  init(
    terms: [RunningSoftmax.Partial], weights: [RunningSoftmax.Partial]?, counts: [Double],
    temperature: Double, hardness: HardNegativeWeights?
  ) {
    self.temperature = temperature
    self.hardness = hardness
    self.counts = counts
    let beta = hardness?.beta ?? 0
    self.terms = RowSoftmax(terms, temperature: temperature / (1 + beta))
    self.weights = weights.map { RowSoftmax($0, temperature: temperature / beta) }
  }

  private var beta: Double { hardness?.beta ?? 0 }

  /// Adds `count` negatives of one similarity.
  mutating func add(_ similarity: Double, count: Double = 1, row: Int) {
    guard count > 0 else { return }
    let (beta, logit, log) = (beta, similarity / temperature, logarithm(count))
    terms.add(logSum: (1 + beta) * logit + log, mean: similarity, row: row)
    weights?.add(logSum: beta * logit + log, mean: similarity, row: row)
    if !counts.isEmpty { counts[row] += count }
  }

  /// Adds negatives of several similarities.
  mutating func add(_ others: [(similarity: Double, count: Double)], row: Int) {
    let some = others.filter { $0.count > 0 }
    guard !some.isEmpty else { return }
    let sum = LogSum(some, temperature: temperature / (1 + beta))
    terms.add(logSum: sum.logSum, mean: sum.mean, row: row)
    if weights != nil {
      let sum = LogSum(some, temperature: temperature / beta)
      weights?.add(logSum: sum.logSum, mean: sum.mean, row: row)
    }
    if !counts.isEmpty { counts[row] += some.reduce(0) { $0 + $1.count } }
  }

  /// Replaces what is known of a row.
  mutating func set(_ all: [(similarity: Double, count: Double)], row: Int) {
    terms.clear(row: row)
    weights?.clear(row: row)
    if !counts.isEmpty { counts[row] = 0 }
    add(all, row: row)
  }

  /// log(R/M) of a row.
  func logMean(_ row: Int) -> Double {
    terms.logSum[row] - (weights?.logSum[row] ?? logarithm(counts[row]))
  }

  /// Σ ∂log(S or R)/∂u · s over a row's negatives.
  func slope(_ row: Int) -> Double {
    guard let weights, let hardness, hardness.isAttached else { return terms.mean[row] }
    return terms.mean[row] + beta * (terms.mean[row] - weights.mean[row])
  }

  /// ∂log(S or R)/∂u of a negative.
  func share(_ row: Int, _ similarity: Double) -> Double {
    let logit = similarity / temperature
    let term = exponential((1 + beta) * logit - terms.logSum[row])
    guard let weights, let hardness, hardness.isAttached else { return term }
    return (1 + beta) * term - beta * exponential(beta * logit - weights.logSum[row])
  }

  /// The softmaxes that make up `share`, each with the factor of the logits, its own, and its
  /// log-sum.
  var parts: [(factor: Double, weight: Double, logSum: [Double])] {
    guard let weights, let hardness, hardness.isAttached else {
      return [(1 + beta, 1, terms.logSum)]
    }
    return [(1 + beta, 1 + beta, terms.logSum), (beta, -beta, weights.logSum)]
  }
}

/// log Σ count · exp(s / temperature) of some similarities, and their mean under that softmax.
struct LogSum: Sendable {
  /// Exactly s / temperature for a single similarity s that counts once.
  let logSum: Double
  let mean: Double

  /// - Parameters:
  ///   - values: at least one.
  ///   - temperature: divides them.
  init(_ values: [(similarity: Double, count: Double)], temperature: Double) {
    let top = values.reduce(-Double.infinity) { max($0, $1.similarity) }
    var (sum, spread) = (0.0, 0.0)
    for (similarity, count) in values {
      let e = count * exponential((similarity - top) / temperature)
      sum += e
      spread += e * (top - similarity)
    }
    logSum = top / temperature + logarithm(sum)
    mean = top - spread / sum
  }
}
