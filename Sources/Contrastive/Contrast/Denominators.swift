/// The negatives of each row, reduced to what a loss and its derivatives need.
///
/// Without weights, the log-sum-exp of u; with weights exp(βu), those of (1 + β)u and of βu.
struct Denominators: Sendable {
  let temperature: Double
  let hardness: HardNegativeWeights?
  private(set) var rows: [Row]

  /// What is known of one row.
  struct Row: Sendable {
    /// Of (1 + β)u, β being 0 without weights.
    fileprivate(set) var terms: LogSumExp
    /// Of βu, where β is above 0.
    fileprivate(set) var weights: LogSumExp?
    /// M, how many there are; known with `hardness`.
    fileprivate(set) var count: Double?

    /// log(R/M), M being known.
    func logMean(of count: Double) -> Double {
      terms.logSum - (weights?.logSum ?? logarithm(count))
    }

    /// Adds negatives of some similarities.
    fileprivate mutating func add(
      _ others: [CountedSimilarity], temperature: Double, beta: Double
    ) {
      let some = others.filter { $0.count > 0 }
      guard !some.isEmpty else { return }
      terms.add(LogSumExp(some, temperature: temperature / (1 + beta)))
      if weights != nil { weights?.add(LogSumExp(some, temperature: temperature / beta)) }
      if let count { self.count = some.reduce(count) { $0 + $1.count } }
    }
  }

  /// Negatives that are not weighted.
  init(_ terms: [LogSumExp], temperature: Double) {
    self.temperature = temperature
    hardness = nil
    rows = terms.map { Row(terms: $0) }
  }

  /// What passes at temperature/(1 + β) and temperature/β found of `counts` negatives a row.
  init(
    terms: [LogSumExp], weights: [LogSumExp]?, counts: [Double], temperature: Double,
    hardness: HardNegativeWeights
  ) {
    self.temperature = temperature
    self.hardness = hardness
    rows = terms.indices.map {
      Row(terms: terms[$0], weights: weights?[$0], count: counts[$0])
    }
  }

  private var beta: Double { hardness?.beta ?? 0 }

  /// Adds negatives of some similarities to each row.
  mutating func add(
    workers: Workers, _ others: @Sendable (_ row: Int) -> [CountedSimilarity]
  ) {
    let (known, temperature, beta) = (rows, temperature, beta)
    rows = workers.map(known.count, runs: 64) { row in
      var sum = known[row]
      sum.add(others(row), temperature: temperature, beta: beta)
      return sum
    }
  }

  /// Replaces what is known of a row.
  mutating func set(_ all: [CountedSimilarity], row: Int) {
    var sum = Row(
      terms: LogSumExp(), weights: rows[row].weights.map { _ in LogSumExp() },
      count: rows[row].count.map { _ in 0 })
    sum.add(all, temperature: temperature, beta: beta)
    rows[row] = sum
  }

  /// The same of logits that are larger by so much in each row, as far as a loss grows with it.
  func moved(by errors: [Double]) -> Denominators {
    var moved = self
    for (row, error) in errors.enumerated() {
      moved.rows[row].terms.move(by: (1 + beta) * error)
      moved.rows[row].weights?.move(by: -beta * error)
    }
    return moved
  }

  /// Whether gradient passes through the weights.
  private var isAttached: Bool { hardness?.isAttached == true }

  /// Σ ∂log(S or R)/∂u · s over a row's negatives.
  func mean(_ row: Int) -> Double {
    let mean = rows[row].terms.mean
    guard isAttached, let weights = rows[row].weights else { return mean }
    return mean + beta * (mean - weights.mean)
  }

  /// ∂log(S or R)/∂u of a negative.
  func share(_ row: Int, _ similarity: Double) -> Double {
    let logit = similarity / temperature
    let term = rows[row].terms.share(of: (1 + beta) * logit)
    guard isAttached, let weights = rows[row].weights else { return term }
    return (1 + beta) * term - beta * weights.share(of: beta * logit)
  }

  /// The softmaxes that make up `share`, each with the factor of the logits and its own.
  var parts: [(factor: Double, weight: Double, sums: [LogSumExp])] {
    let terms = rows.map(\.terms)
    guard isAttached else { return [(1 + beta, 1, terms)] }
    return [(1 + beta, 1 + beta, terms), (beta, -beta, rows.compactMap(\.weights))]
  }
}
