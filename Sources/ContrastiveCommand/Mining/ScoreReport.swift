import Contrastive

/// What `contrastive score` reports.
struct ScoreReport: Report {
  let queries: Int
  let withoutRelevant: Int
  let measures: [String: Mean]
  let against: Second?

  /// A mean with its interval.
  struct Mean: Encodable {
    let mean: Double
    let low: Double
    let high: Double
    /// Of a difference.
    let pValue: Double?

    enum CodingKeys: String, CodingKey {
      case mean, low, high
      case pValue = "p_value"
    }

    init(_ interval: QueryStatistics.Interval, pValue: Double? = nil) {
      mean = interval.mean
      low = interval.low
      high = interval.high
      self.pValue = pValue
    }
  }

  /// The second system.
  struct Second: Encodable {
    let measures: [String: Mean]
    let difference: [String: Mean]
  }

  enum CodingKeys: String, CodingKey {
    case queries, measures, against
    case withoutRelevant = "without_relevant"
  }

  private let names: [String]

  init(
    _ scores: RetrievalScores, against second: RetrievalScores?, statistics: QueryStatistics,
    workers: Workers
  ) {
    let measures = ScoreTable.measures(of: scores)
    let names = measures.map { "\($0.rawValue)_at_\($1)" }
    self.names = names
    queries = scores.queries.count
    withoutRelevant = scores.withoutRelevant
    let values = measures.map { scores.perQuery($0, at: $1) }
    func named(_ means: [Mean]) -> [String: Mean] {
      Dictionary(uniqueKeysWithValues: zip(names, means))
    }
    self.measures = named(statistics.intervals(of: values, workers: workers).map { Mean($0) })
    against = second.map { second in
      let others = measures.map { second.perQuery($0, at: $1) }
      let differences = zip(values, others).map { zip($0, $1).map { $0 - $1 } }
      let intervals = statistics.intervals(of: differences, workers: workers)
      return Second(
        measures: named(statistics.intervals(of: others, workers: workers).map { Mean($0) }),
        difference: named(
          zip(intervals, differences).map {
            Mean($0, pValue: statistics.pValue(of: $1, workers: workers))
          }))
    }
  }

  var lines: [String] {
    let head =
      "\(queries) queries scored"
      + (withoutRelevant > 0 ? ", \(withoutRelevant) without a relevant document left out" : "")
    return [head]
      + names.compactMap { name in
        guard let own = measures[name] else { return nil }
        var line = padded(name, 16) + Self.text(own)
        if let against, let other = against.measures[name],
          let difference = against.difference[name]
        {
          line += "   against " + fixed(other.mean, 4) + ": " + Self.text(difference)
          line += ", p " + fixed(difference.pValue ?? 1, 4)
        }
        return line
      }
  }

  private static func text(_ mean: Mean) -> String {
    "\(fixed(mean.mean, 4)) (\(fixed(mean.low, 4)) … \(fixed(mean.high, 4)))"
  }
}

/// A text with spaces after it, up to a width.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}
