import Contrastive
import ContrastiveTensors

/// What the scores of a search tell, by names.
package struct ScoreSummary: Encodable {
  package let queries: Int
  package let withoutRelevant: Int
  package let measures: [String: Mean]
  package let against: Second?
  /// The measures in the order they are shown.
  package let names: [String]

  /// A mean with its interval.
  package struct Mean: Encodable {
    package let mean: Double
    package let low: Double
    package let high: Double
    /// Of a difference.
    package let pValue: Double?

    package enum CodingKeys: String, CodingKey {
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
  package struct Second: Encodable {
    package let measures: [String: Mean]
    package let difference: [String: Mean]
  }

  package enum CodingKeys: String, CodingKey {
    case queries, measures, against
    case withoutRelevant = "without_relevant"
  }

  package init(
    _ scores: RetrievalScores, against second: RetrievalScores?, statistics: QueryStatistics,
    workers: Workers
  ) throws(ContrastiveError) {
    let measures = scores.measures
    let names = measures.map { "\($0.rawValue)_at_\($1)" }
    self.names = names
    queries = scores.queries.count
    withoutRelevant = scores.withoutRelevant
    let values = measures.map { scores.perQuery($0, at: $1) }
    func named(_ means: [Mean]) -> [String: Mean] {
      Dictionary(uniqueKeysWithValues: zip(names, means))
    }
    self.measures = named(try statistics.intervals(of: values, workers: workers).map { Mean($0) })
    guard let second else {
      against = nil
      return
    }
    let others = measures.map { second.perQuery($0, at: $1) }
    let differences = zip(values, others).map { zip($0, $1).map { $0 - $1 } }
    let intervals = try statistics.intervals(of: differences, workers: workers)
    against = Second(
      measures: named(try statistics.intervals(of: others, workers: workers).map { Mean($0) }),
      difference: named(
        try zip(intervals, differences).map { interval, values throws(ContrastiveError) in
          Mean(interval, pValue: try statistics.pValue(of: values, workers: workers))
        }))
  }
}

extension RetrievalScores {
  /// Refuses a second system's rows that are not as many as the first's.
  ///
  /// - Throws: `ContrastiveError.shape`.
  package static func requireSameRows(
    _ rows: Matrix, _ name: String, as first: Matrix, _ firstName: String
  ) throws(ContrastiveError) {
    guard rows.rows != first.rows else { return }
    throw .shape(
      argument: name, found: "[\(rows.rows) × \(rows.columns)]",
      expected: "[\(first.rows) × any], a row for each of \(firstName)")
  }

  /// The measures in the order they are shown.
  package var measures: [(measure: Measure, k: Int)] {
    Measure.allCases.flatMap { measure in cutoffs.map { (measure, $0) } }
  }

  /// Each measure of each scored query, by its name.
  package var columns: [(name: String, values: [Double])] {
    measures.map { ("\($0.rawValue)_at_\($1)", perQuery($0, at: $1)) }
  }

  /// `queries` I64 [n], and each measure, such as `ndcg_at_10`, F64 [n].
  package var tensors: [String: Tensor] {
    var tensors = ["queries": Tensor(.int64(queries.map(Int64.init)))]
    for column in columns { tensors[column.name] = Tensor(.float64(column.values)) }
    return tensors
  }
}
