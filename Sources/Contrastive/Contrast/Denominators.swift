/// The negatives of each row, reduced to what a loss and its derivatives need.
///
/// Without weights, the log-sum-exp of u; with weights exp(βu), those of (1 + β)u and of βu.
struct Denominators: Sendable {
  let temperature: Double
  let hardness: HardNegativeWeights?
  /// Of (1 + β)u, β being 0 without weights.
  private(set) var terms: [LogSumExp]
  /// Of βu, where β is above 0.
  private(set) var weights: [LogSumExp]?
  /// M, how many there are; known with `hardness`.
  private(set) var counts: [Double]

  /// Negatives that are not weighted.
  init(_ terms: [LogSumExp], temperature: Double) {
    self.temperature = temperature
    hardness = nil
    self.terms = terms
    counts = []
  }

  /// What passes at temperature/(1 + β) and temperature/β found of `counts` negatives a row.
  init(
    terms: [LogSumExp], weights: [LogSumExp]?, counts: [Double], temperature: Double,
    hardness: HardNegativeWeights
  ) {
    self.temperature = temperature
    self.hardness = hardness
    self.counts = counts
    self.terms = terms
    self.weights = weights
  }

  private var beta: Double { hardness?.beta ?? 0 }

  /// What is known of one row.
  private struct Row {
    var terms: LogSumExp
    var weights: LogSumExp?
    var count: Double?

    /// Adds negatives of some similarities.
    mutating func add(_ others: [CountedSimilarity], temperature: Double, beta: Double) {
      let some = others.filter { $0.count > 0 }
      guard !some.isEmpty else { return }
      terms.add(LogSumExp(some, temperature: temperature / (1 + beta)))
      if weights != nil { weights?.add(LogSumExp(some, temperature: temperature / beta)) }
      if let count { self.count = some.reduce(count) { $0 + $1.count } }
    }
  }

  private subscript(row: Int) -> Row {
    get {
      Row(
        terms: terms[row], weights: weights?[row], count: counts.isEmpty ? nil : counts[row])
    }
    set {
      terms[row] = newValue.terms
      if let sum = newValue.weights { weights?[row] = sum }
      if let count = newValue.count { counts[row] = count }
    }
  }

  /// Adds negatives of some similarities to each row.
  mutating func add(
    workers: Workers, _ others: @Sendable (_ row: Int) -> [CountedSimilarity]
  ) {
    let (known, beta) = (self, beta)
    let sums = workers.map(terms.count, runs: 64) { row in
      var sum = known[row]
      sum.add(others(row), temperature: known.temperature, beta: beta)
      return sum
    }
    for (row, sum) in sums.enumerated() { self[row] = sum }
  }

  /// Replaces what is known of a row.
  mutating func set(_ all: [CountedSimilarity], row: Int) {
    var sum = Row(
      terms: LogSumExp(), weights: weights.map { _ in LogSumExp() },
      count: counts.isEmpty ? nil : 0)
    sum.add(all, temperature: temperature, beta: beta)
    self[row] = sum
  }

  /// The same of logits that are larger by so much in each row, as far as a loss grows with it.
  func moved(by errors: [Double]) -> Denominators {
    var moved = self
    for (row, error) in errors.enumerated() {
      moved.terms[row].move(by: (1 + beta) * error)
      moved.weights?[row].move(by: -beta * error)
    }
    return moved
  }

  /// log(R/M) of a row.
  func logMean(_ row: Int) -> Double {
    terms[row].logSum - (weights?[row].logSum ?? logarithm(counts[row]))
  }

  /// The weights through which gradient passes.
  private var attached: [LogSumExp]? { hardness?.isAttached == true ? weights : nil }

  /// Σ ∂log(S or R)/∂u · s over a row's negatives.
  func mean(_ row: Int) -> Double {
    let mean = terms[row].mean
    guard let attached else { return mean }
    return mean + beta * (mean - attached[row].mean)
  }

  /// ∂log(S or R)/∂u of a negative.
  func share(_ row: Int, _ similarity: Double) -> Double {
    let logit = similarity / temperature
    let term = terms[row].share(of: (1 + beta) * logit)
    guard let attached else { return term }
    return (1 + beta) * term - beta * attached[row].share(of: beta * logit)
  }

  /// The softmaxes that make up `share`, each with the factor of the logits and its own.
  var parts: [(factor: Double, weight: Double, sums: [LogSumExp])] {
    guard let attached else { return [(1 + beta, 1, terms)] }
    return [(1 + beta, 1 + beta, terms), (beta, -beta, attached)]
  }
}
