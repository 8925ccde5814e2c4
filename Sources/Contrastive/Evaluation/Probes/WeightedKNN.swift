/// The weighted nearest-neighbor classifier that representations are compared with.
///
/// The k bank rows of largest cosine similarity s vote for their label with weight exp(s / σ); the
/// label with the largest sum wins, the smaller label on a tie (Wu et al. 2018, "Unsupervised
/// Feature Learning via Non-Parametric Instance Discrimination", §3.4).
public struct WeightedKNN: Sendable {
  /// Neighbors that vote.
  public let k: Int
  /// σ, the temperature of the vote.
  public let temperature: Double

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
  ///   - labels: the label of each bank row.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: N labels.
  /// - Throws: `ContrastiveError` as `NeighborTable`, `.zeroNorm`, and `.shape` for the labels.
  public func classify(
    _ queries: Matrix, bank: Matrix, labels: [Int64], workers: Workers = .all
  ) throws(ContrastiveError) -> [Int64] {
    guard labels.count == bank.rows else {
      throw .shape(
        argument: "labels", found: "[\(labels.count)]",
        expected: "[\(bank.rows)], one for each bank row")
    }
    let neighbors = try NeighborTable(
      nearestTo: queries.normalized(argument: "queries").rows,
      in: bank.normalized(argument: "bank").rows, k: min(k, bank.rows), workers: workers)
    let classes = Set(labels).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    let ballot = labels.map { places[$0, default: 0] }
    var votes = [Double](repeating: 0, count: classes.count)
    return (0..<neighbors.rows).map { row in
      for place in votes.indices { votes[place] = 0 }
      // Relative to the nearest: exp(s/σ) itself overflows at small σ.
      let nearest = neighbors.similarities[row, 0]
      for (place, index) in neighbors.indices(of: row).enumerated() {
        let below = Double(neighbors.similarities[row, place]) - Double(nearest)
        votes[ballot[index]] += exponential(below / temperature)
      }
      let best = votes.indices.reduce(0) { votes[$1] > votes[$0] ? $1 : $0 }
      return classes[best]
    }
  }

  /// The share of queries whose neighbors vote for the right label.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - queryLabels: their N labels.
  ///   - bank: [M × D].
  ///   - bankLabels: their M labels.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: a number in 0 … 1.
  /// - Throws: `ContrastiveError` as `classify`.
  public func accuracy(
    queries: Matrix, queryLabels: [Int64], bank: Matrix, bankLabels: [Int64],
    workers: Workers = .all
  ) throws(ContrastiveError) -> Double {
    guard queryLabels.count == queries.rows else {
      throw .shape(
        argument: "query labels", found: "[\(queryLabels.count)]",
        expected: "[\(queries.rows)], one for each query")
    }
    let found = try classify(queries, bank: bank, labels: bankLabels, workers: workers)
    let right = zip(found, queryLabels).count { $0 == $1 }
    return Double(right) / Double(queryLabels.count)
  }
}
