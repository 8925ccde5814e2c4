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
    try votes(queries, bank: bank, labels: labels, workers: workers) { _, votes in
      votes.reduce(votes[0]) { $1.isAhead(of: $0) ? $1 : $0 }.label
    }
  }

  /// What the neighbors of a query give to a label.
  private struct Vote {
    let label: Int
    /// The place of the label among all.
    let place: Int
    var weight = 0.0

    /// Whether it is before another; weights that are too small for Double are in the order of the
    /// nearest neighbors, as the votes are.
    func isAhead(of other: Vote) -> Bool {
      weight > other.weight || (weight > 0 && weight == other.weight && label < other.label)
    }
  }

  /// What `body` makes of each query's votes, that of its nearest neighbor first.
  private func votes<Result>(
    _ queries: Matrix, bank: Matrix, labels: [Int], workers: Workers,
    _ body: (_ query: Int, _ votes: [Vote]) -> Result
  ) throws(ContrastiveError) -> [Result] {
    try requireLabels(labels, count: bank.rows, each: "bank row")
    let voters = try LabeledRows(bank, labels: labels)
    let neighbors = try NeighborTable(
      nearestTo: queries.normalized(argument: "queries", zeroRows: zeroRows).rows,
      in: voters.rows.normalized(argument: "bank", zeroRows: zeroRows).rows,
      k: min(k, voters.rows.rows),
      workers: workers)
    let target = ClassPlaces(voters.labels)
    // Where the vote for a label is among those of the query at hand.
    var own = [Int32](repeating: -1, count: target.classes.count)
    return (0..<neighbors.rows).map { row in
      var votes: [Vote] = []
      // Relative to the nearest: exp(s/σ) itself overflows at small σ.
      let nearest = neighbors.similarities[row, 0]
      for (place, index) in neighbors.indices(of: row).enumerated() {
        let label = target.places[index]
        if own[label] < 0 {
          own[label] = Int32(votes.count)
          votes.append(Vote(label: target.classes[label], place: label))
        }
        let below = Double(neighbors.similarities[row, place]) - Double(nearest)
        votes[Int(own[label])].weight += exponential(below / temperature)
      }
      for vote in votes { own[vote.place] = -1 }
      return body(row, votes)
    }
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
    let ranks = try votes(known.rows, bank: bank, labels: bankLabels, workers: workers) {
      query, votes -> Int? in
      guard let own = votes.firstIndex(where: { $0.label == known.labels[query] }) else {
        return nil
      }
      return votes.indices.count { place in
        votes[place].isAhead(of: votes[own])
          || (votes[place].weight == 0 && votes[own].weight == 0 && place < own)
      }
    }
    return LabelRanks(ranks: ranks, classes: ClassPlaces(bankLabels).classes.count)
  }
}
