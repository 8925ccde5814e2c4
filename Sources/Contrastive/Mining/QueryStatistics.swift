/// How sure a mean over queries is, and whether two systems differ.
///
/// Draws are counter-based: the same seed gives the same numbers whatever the threads.
public struct QueryStatistics: Sendable {
  /// A mean with the interval that holds it.
  public struct Interval: Sendable, Equatable {
    /// The mean over the queries.
    public let mean: Double
    /// The lower end.
    public let low: Double
    /// The upper end.
    public let high: Double
  }

  /// Resamples of the bootstrap, and sign patterns of the test.
  package let resamples: Int
  /// The share of the means that an interval holds.
  package let confidence: Double
  /// Random seed.
  package let seed: UInt64

  /// Statistics by so many resamples.
  ///
  /// - Parameters:
  ///   - resamples: 1 … 1,000,000.
  ///   - confidence: between 0 and 1.
  ///   - seed: random seed.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    resamples: Int = 2_000, confidence: Double = 0.95, seed: UInt64 = 0
  ) throws(ContrastiveError) {
    try requireParameter(1...1_000_000 ~= resamples, "resamples", resamples, "1 … 1000000")
    try requireParameter(
      confidence > 0 && confidence < 1, "confidence", confidence, "between 0 and 1")
    self.resamples = resamples
    self.confidence = confidence
    self.seed = seed
  }

  /// Bootstrap intervals of the means of several measures of the same queries.
  ///
  /// Queries are drawn with replacement, as many as there are; an end of an interval is the
  /// percentile of the means, interpolated between two (Efron and Tibshirani 1993, chapter 13). The
  /// draws are the same for all measures.
  ///
  /// Complexity: O(resamples · queries · measures).
  ///
  /// - Parameters:
  ///   - values: of each measure one number a query, as many of each.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: an interval for each measure.
  /// - Throws: `ContrastiveError`: `.shape` for measures of unlike numbers of queries, `.canceled`.
  public func intervals(
    of values: [[Double]], workers: Workers = .all
  ) throws(ContrastiveError) -> [Interval] {
    guard let count = values.first?.count, count > 0 else {
      return values.map { _ in Interval(mean: 0, low: 0, high: 0) }
    }
    for (place, values) in values.enumerated() {
      try requireShape(
        values.count == count, "values.\(place)", "\(values.count)",
        "\(count), one for each query")
    }
    let means = workers.mapUntilCanceled(resamples) { resample in
      var random = CounterRandom(seed: seed, 0x626f_6f74, UInt64(resample))
      let drawn = (0..<count).map { _ in random.index(below: count) }
      return values.map { values in drawn.reduce(0) { $0 + values[$1] } / Double(count) }
    }
    try workers.checkCanceled()
    return values.enumerated().map { place, values in
      let sorted = means.map { $0[place] }.sorted()
      return Interval(
        mean: values.reduce(0, +) / Double(count),
        low: sorted.percentile((1 - confidence) / 2),
        high: sorted.percentile((1 + confidence) / 2))
    }
  }

  /// How likely a mean difference at least as large is where the two systems do not differ.
  ///
  /// Fisher's randomization test, two-sided: under the hypothesis each difference has either sign.
  /// All sign patterns where there are no more than `resamples`, else that many random ones, the
  /// observed one counted among them: p = (1 + at least as large) / (1 + resamples).
  ///
  /// Complexity: O(resamples · queries).
  ///
  /// Source: Smucker et al., "A comparison of statistical significance tests for information
  /// retrieval evaluation", CIKM 2007.
  ///
  /// - Parameters:
  ///   - differences: one number a query.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: p, 1 where no query differs.
  /// - Throws: `ContrastiveError.canceled`.
  public func pValue(
    of differences: [Double], workers: Workers = .all
  ) throws(ContrastiveError) -> Double {
    let differing = differences.filter { $0 != 0 }
    guard !differing.isEmpty else { return 1 }
    // Rounding of the sum must not make an equal pattern smaller.
    let observed =
      abs(differing.reduce(0, +)) - 1e-12 * differing.reduce(0) { $0 + abs($1) }
    let isWhole = differing.count < 63 && 1 << differing.count <= resamples
    let patterns = isWhole ? 1 << differing.count : resamples
    let isLarge = workers.mapUntilCanceled(patterns) { pattern in
      var random = CounterRandom(seed: seed, 0x7369_676e, UInt64(pattern))
      var (sum, bits) = (0.0, UInt64(pattern))
      for (place, difference) in differing.enumerated() {
        if !isWhole && place.isMultiple(of: 64) { bits = random.next() }
        sum += bits & 1 == 1 ? difference : -difference
        bits >>= 1
      }
      return abs(sum) >= observed
    }
    try workers.checkCanceled()
    let large = isLarge.count { $0 }
    return isWhole ? Double(large) / Double(patterns) : Double(1 + large) / Double(1 + patterns)
  }
}
