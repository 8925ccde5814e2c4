/// The weighted nearest-neighbor classifier that representations are compared with.
///
/// The k labeled bank rows of largest cosine similarity s vote for their label with weight
/// exp(s / σ); the label with the largest sum wins, the smaller label on a tie (Wu et al. 2018,
/// "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", §3.4).
public struct WeightedKNN: Sendable {
  /// Neighbors that vote.
  package let k: Int
  /// σ, the temperature of the vote.
  package let temperature: Double

  /// The classifier; the defaults are the paper's.
  ///
  /// - Parameters:
  ///   - k: at least 1; a bank with fewer rows votes as a whole.
  ///   - temperature: 1e-6 … 1e6.
  /// - Throws: `ContrastiveError.parameter`.
  public init(k: Int = 200, temperature: Double = 0.07) throws(ContrastiveError) {
    guard k > 0 else { throw .parameter(name: "k", found: "\(k)", expected: "at least 1") }
    try requireTemperature(temperature)
    self.k = k
    self.temperature = temperature
  }

  /// The label of each query by the vote of its neighbors.
  ///
  /// Complexity: 2 · queries · bank · dimension floating-point operations; memory O(queries · k).
  ///
  /// - Parameters:
  ///   - queries: [N × D], any length of row but 0.
  ///   - bank: [M × D].
  ///   - labels: the label of each bank row; one of −1 has no vote.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: N labels.
  /// - Throws: `ContrastiveError` as `NeighborTable`, `.zeroNorm`, and for the labels `.shape`, or
  ///   `.parameter` when all are −1.
  public func classify(
    _ queries: Matrix, bank: Matrix, labels: [Int], workers: Workers = .all
  ) throws(ContrastiveError) -> [Int] {
    try requireLabels(labels, count: bank.rows, each: "bank row")
    let voters = try LabeledRows(bank, labels: labels)
    let neighbors = try NeighborTable(
      nearestTo: queries.normalized(argument: "queries").rows,
      in: voters.rows.normalized(argument: "bank").rows, k: min(k, voters.rows.rows),
      workers: workers)
    let target = ClassPlaces(voters.labels)
    var votes = [Double](repeating: 0, count: target.classes.count)
    return (0..<neighbors.rows).map { row in
      for place in votes.indices { votes[place] = 0 }
      // Relative to the nearest: exp(s/σ) itself overflows at small σ.
      let nearest = neighbors.similarities[row, 0]
      for (place, index) in neighbors.indices(of: row).enumerated() {
        let below = Double(neighbors.similarities[row, place]) - Double(nearest)
        votes[target.places[index]] += exponential(below / temperature)
      }
      let best = votes.indices.reduce(0) { votes[$1] > votes[$0] ? $1 : $0 }
      return target.classes[best]
    }
  }

  /// The share of queries whose neighbors vote for the right label.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - queryLabels: their N labels; queries of −1 do not count.
  ///   - bank: [M × D].
  ///   - bankLabels: their M labels; rows of −1 have no vote.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a number in 0 … 1.
  /// - Throws: `ContrastiveError` as `classify`, `.parameter` also when no query has a label.
  public func accuracy(
    queries: Matrix, queryLabels: [Int], bank: Matrix, bankLabels: [Int],
    workers: Workers = .all
  ) throws(ContrastiveError) -> Double {
    try requireLabels(queryLabels, count: queries.rows, each: "query", named: "query labels")
    let known = try LabeledRows(queries, labels: queryLabels, named: "query labels")
    let found = try classify(known.rows, bank: bank, labels: bankLabels, workers: workers)
    return Double(zip(found, known.labels).count { $0 == $1 }) / Double(found.count)
  }
}
