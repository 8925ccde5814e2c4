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
  /// What becomes of rows of zeros; kept, they are as similar to one neighbor as to another.
  package var zeroRows: ZeroRows

  /// The classifier; the defaults are the paper's.
  ///
  /// - Parameters:
  ///   - k: at least 1; a bank with fewer rows votes as a whole.
  ///   - temperature: 1e-6 … 1e6.
  ///   - zeroRows: what becomes of rows of zeros; kept, they are as similar to one neighbor as to
  ///     another.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    k: Int = 200, temperature: Double = 0.07, zeroRows: ZeroRows = .refuse
  ) throws(ContrastiveError) {
    try requireParameter(k > 0, "k", k, "at least 1")
    try requireTemperature(temperature)
    self.k = k
    self.temperature = temperature
    self.zeroRows = zeroRows
  }

  /// The label of each query by the vote of its neighbors.
  ///
  /// Complexity: 2 · queries · bank · dimension floating-point operations; memory O(queries · k).
  ///
  /// - Parameters:
  ///   - queries: [N × D], rows of any length.
  ///   - bank: [M × D].
  ///   - labels: the label of each bank row; one of −1 has no vote.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: N labels.
  /// - Throws: `ContrastiveError` as `NeighborTable`, `.zeroNorm`, and for the labels `.shape`, or
  ///   `.parameter` when all are −1.
  public func classify(
    _ queries: Matrix, bank: Matrix, labels: [Int], workers: Workers = .all
  ) throws(ContrastiveError) -> [Int] {
    let (classes, votes) = try votes(queries, bank: bank, labels: labels, workers: workers)
    return votes.map { votes in
      classes[votes.indices.reduce(0) { votes[$1] > votes[$0] ? $1 : $0 }]
    }
  }

  /// The votes that each query's neighbors give to each label of the bank, ascending.
  private func votes(
    _ queries: Matrix, bank: Matrix, labels: [Int], workers: Workers
  ) throws(ContrastiveError) -> (classes: [Int], votes: [[Double]]) {
    try requireLabels(labels, count: bank.rows, each: "bank row")
    let voters = try LabeledRows(bank, labels: labels)
    let neighbors = try NeighborTable(
      nearestTo: queries.normalized(argument: "queries", zeroRows: zeroRows).rows,
      in: voters.rows.normalized(argument: "bank", zeroRows: zeroRows).rows,
      k: min(k, voters.rows.rows),
      workers: workers)
    let target = ClassPlaces(voters.labels)
    let votes = (0..<neighbors.rows).map { row in
      var votes = [Double](repeating: 0, count: target.classes.count)
      // Relative to the nearest: exp(s/σ) itself overflows at small σ.
      let nearest = neighbors.similarities[row, 0]
      for (place, index) in neighbors.indices(of: row).enumerated() {
        let below = Double(neighbors.similarities[row, place]) - Double(nearest)
        votes[target.places[index]] += exponential(below / temperature)
      }
      return votes
    }
    return (target.classes, votes)
  }

  /// The share of queries whose label is among the `top` that get the most votes.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - queryLabels: their N labels; queries of −1 do not count.
  ///   - bank: [M × D].
  ///   - bankLabels: their M labels; rows of −1 have no vote.
  ///   - top: how many labels of a query count as right if its own is among them, 1 or more.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a number in 0 … 1.
  /// - Throws: `ContrastiveError` as `classify`, `.parameter` also when no query has a label, or
  ///   for a `top` below 1.
  public func accuracy(
    queries: Matrix, queryLabels: [Int], bank: Matrix, bankLabels: [Int], top: Int = 1,
    workers: Workers = .all
  ) throws(ContrastiveError) -> Double {
    try requireParameter(top > 0, "top", top, "at least 1")
    return try ranks(
      queries: queries, queryLabels: queryLabels, bank: bank, bankLabels: bankLabels,
      workers: workers
    ).accuracy(top: top)
  }

  /// The place of each labeled query's label by its neighbors' vote.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - queryLabels: their N labels; queries of −1 do not count.
  ///   - bank: [M × D].
  ///   - bankLabels: their M labels; rows of −1 have no vote.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the places; a label that no neighbor has is not among them.
  /// - Throws: `ContrastiveError` as `accuracy`.
  package func ranks(
    queries: Matrix, queryLabels: [Int], bank: Matrix, bankLabels: [Int],
    workers: Workers = .all
  ) throws(ContrastiveError) -> LabelRanks {
    try requireLabels(queryLabels, count: queries.rows, each: "query", named: "query labels")
    let known = try LabeledRows(queries, labels: queryLabels, named: "query labels")
    let (classes, votes) = try votes(
      known.rows, bank: bank, labels: bankLabels, workers: workers)
    let places = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    return LabelRanks(
      ranks: zip(votes, known.labels).map { votes, label in
        guard let own = places[label], votes[own] > 0 else { return nil }
        return LabelRanks.rank(of: own, in: votes)
      }, classes: classes.count)
  }
}
