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

  /// Adds negatives of some similarities.
  mutating func add(_ others: [CountedSimilarity], row: Int) {
    let some = others.filter { $0.count > 0 }
    guard !some.isEmpty else { return }
    terms[row].add(LogSumExp(some, temperature: temperature / (1 + beta)))
    if weights != nil {
      let further = LogSumExp(some, temperature: temperature / beta)
      weights?[row].add(further)
    }
    if !counts.isEmpty { counts[row] += some.reduce(0) { $0 + $1.count } }
  }

  /// Replaces what is known of a row.
  mutating func set(_ all: [CountedSimilarity], row: Int) {
    terms[row] = LogSumExp()
    weights?[row] = LogSumExp()
    if !counts.isEmpty { counts[row] = 0 }
    add(all, row: row)
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
    let term = exponential((1 + beta) * logit - terms[row].logSum)
    guard let attached else { return term }
    return (1 + beta) * term - beta * exponential(beta * logit - attached[row].logSum)
  }

  /// The softmaxes that make up `share`, each with the factor of the logits and its own.
  var parts: [(factor: Double, weight: Double, sums: [LogSumExp])] {
    guard let attached else { return [(1 + beta, 1, terms)] }
    return [(1 + beta, 1 + beta, terms), (beta, -beta, attached)]
  }
}
