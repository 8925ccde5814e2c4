/// What is known of each query's own row and hard positives, in Double.
///
/// They may hold nearly all of the background, too, and the gradient is then a difference of nearly
/// equal means: so they are kept apart from what a pass accumulates.
struct InvPColumns: Sendable {
  /// Each query's own row, then its hard positives.
  let pairs: ListedPairs
  /// How often each counts as a hard positive.
  let counts: [Double]
  /// Whether each is in the background.
  let isInside: [Bool]

  init(
    _ objective: InvP, queries: Matrix, bank: Matrix, indices: [Int], neighbors: NeighborGraph,
    excluding exclusions: [Exclusion], windows: RankWindows, workers: Workers
  ) throws(ContrastiveError) {
    let hard = workers.mapUntilCanceled(objective.weight == 0 ? 0 : indices.count) { row in
      neighbors.hardest(
        objective.positives, from: indices[row], steps: objective.steps,
        repeats: !objective.exactBackground, withStart: !objective.exactBackground
      ) { node in
        exclusions.isEmpty || !exclusions.exclude(row: row, column: node)
          ? queries.dot(row, with: bank, node) : nil
      }
    }
    try workers.checkAnyCanceled()
    let rows = indices.enumerated().map { row, own in
      let found = hard.isEmpty ? [] : hard[row]
      let ownCount = found.first { $0.node == own }?.count ?? 0
      return [(column: own, count: ownCount)]
        + found.filter { $0.node != own }.map { (column: $0.node, count: $0.count) }
    }
    let lists = RowLists(rows.map { $0.map(\.column) }, isSymmetric: false)
    let pairs = ListedPairs(lists, rows: queries, columns: bank, workers: workers)
    self.pairs = pairs
    counts = rows.flatMap { $0.map { Double($0.count) } }
    isInside = indices.indices.flatMap { row in
      lists.places(of: row).map {
        windows.holds(lists.column(at: $0), similarity: pairs.similarities[$0], row: row)
      }
    }
  }

  /// The place of a query's own row.
  func own(_ row: Int) -> Int { pairs.lists.places(of: row).lowerBound }

  /// log Σ count · exp(u) over some of a query's places.
  func logSum(
    _ row: Int, temperature: Double, count: (_ place: Int) -> Double
  ) -> LogSumExp {
    let places = pairs.lists.places(of: row)
    return LogSumExp(
      places.map { (pairs.similarities[$0], count($0)) }.filter { $0.1 > 0 },
      temperature: temperature)
  }
}

extension InvPColumns {
  /// What a place holds of the background's rest r = S − w_y, less what it holds of the hard
  /// positives h: E/r, if it is a part of it, − count · E/h.
  ///
  /// Where both are nearly equal the difference is count · E/h · (h − count · r) / (count · r), and
  /// what h and r have in common is never added up.
  fileprivate func excess(
    _ row: Int, _ place: Int, overHard hard: Double, rest: Double, others: Double,
    temperature: Double
  ) -> Double {
    let (own, count) = (own(row), counts[place])
    let logit = pairs.similarities[place] / temperature
    let share = count * exponential(logit - hard)
    guard place != own, isInside[place] else { return -share }
    guard abs(hard - rest - logarithm(count)) < 0.1 else {
      return exponential(logit - rest) - share
    }
    var sum = -count * exponential(others - rest)
    for other in pairs.lists.places(of: row) {
      let isPart = other != own && isInside[other]
      let isTaken = other == own && !isInside[own]
      let weight = counts[other] - (isPart ? count : isTaken ? -count : 0)
      guard weight != 0 else { continue }
      sum += weight * exponential(pairs.similarities[other] / temperature - rest)
    }
    return share * sum / count
  }
}

/// The two logarithms of `InvP` and their derivatives.
///
/// With w_y of the own row, S of the background, h of the hard positives, R = w_y/S,
/// Q = h/(S − w_y), A = R/(R + ε) and A' = weight · Q/(Q + ε), the gradient is
/// ```
/// own inside the background:
///   (A · (1 − R) + A') · background mean − A · (1 − R) · own − A' · H mean
/// outside:
///   (A + A' · S/(S − w_y)) · background mean − (A + A' · w_y/(S − w_y)) · own − A' · H mean
/// ```
/// over B · temperature, the background mean being that of the rows but the own.
struct InvPTerms: Sendable {
  /// Loss of each query.
  private(set) var losses: [Double] = []
  /// The coefficient of the mean of the background's rows that are not listed.
  private(set) var othersCoefficients: [Double] = []
  /// The coefficient of the mean of the paper's background.
  private(set) var exactCoefficients: [Double] = []
  /// The coefficients of the listed columns.
  private var coefficients: [Double]

  /// The terms of the authors' code, or the first alone where the background is the paper's.
  ///
  /// `others` is the background that is not listed.
  init(_ objective: InvP, _ listed: InvPColumns, others: [LogSumExp]) {
    let temperature = objective.temperature
    let logEpsilon = logarithm(objective.epsilon)
    let scale = 1 / (Double(others.count) * temperature)
    let hasSecond = objective.weight > 0 && !objective.exactBackground
    coefficients = [Double](repeating: 0, count: listed.counts.count)
    for row in others.indices {
      let own = listed.own(row)
      let similarity = listed.pairs.similarities[own]
      var background = others[row]
      background.add(
        listed.logSum(row, temperature: temperature) {
          $0 != own && listed.isInside[$0] ? 1 : 0
        })
      // log of the background's sum without the own row, over w_y.
      let margin = background.logSum - similarity / temperature
      let inside = listed.isInside[own]
      let ratio = inside ? -softplus(margin) : -margin
      losses.append(minusLog(ratio, logEpsilon))
      let first = scale * logistic(ratio - logEpsilon) * (inside ? logistic(margin) : 1)
      var (second, forBackground, forOwn) = (0.0, first, -first)
      var (hard, rest) = (LogSumExp(), background.logSum)
      if hasSecond {
        hard = listed.logSum(row, temperature: temperature) { listed.counts[$0] }
      }
      if hard.logSum > -.infinity {
        // S − w_y is what is left without the own row, or less than that where it is not in S: by
        // no more than half, as S holds two rows or more that are not less.
        let apart = inside ? 0 : min(exponential(-margin), 0.5)
        rest += inside ? 0 : logarithm1p(-apart)
        let quotient = hard.logSum - rest
        losses[row] += objective.weight * minusLog(quotient, logEpsilon)
        second = scale * objective.weight * logistic(quotient - logEpsilon)
        forBackground += second / (1 - apart)
        forOwn -= second * apart / (1 - apart)
      }
      othersCoefficients.append(
        forBackground * exponential(others[row].logSum - background.logSum))
      for place in listed.pairs.lists.places(of: row) {
        let logit = listed.pairs.similarities[place] / temperature
        if place == own {
          coefficients[place] = forOwn
        } else if listed.isInside[place] {
          coefficients[place] = first * exponential(logit - background.logSum)
        }
        guard second != 0, listed.counts[place] > 0 else { continue }
        coefficients[place] +=
          second
          * listed.excess(
            row, place, overHard: hard.logSum, rest: rest, others: others[row].logSum,
            temperature: temperature)
      }
    }
  }

  /// Adds the second term with the background of the paper: hard positives against what is near and
  /// was not reached.
  ///
  /// With h the sum of the hard positives and b that of the background, a = log b − log h and
  /// Q = 1 / (1 + eᵃ), a row's value is −log(Q + ε), and its slope by a is Q/(Q + ε) · (1 − Q).
  mutating func addExactBackground(
    _ objective: InvP, _ listed: InvPColumns, background: [LogSumExp]
  ) {
    let temperature = objective.temperature
    let logEpsilon = logarithm(objective.epsilon)
    let scale = objective.weight / (Double(background.count) * temperature)
    for row in background.indices {
      let hard = listed.logSum(row, temperature: temperature) { listed.counts[$0] }
      exactCoefficients.append(0)
      // Nothing to be found.
      guard hard.logSum > -.infinity else { continue }
      let margin = background[row].logSum - hard.logSum
      let quotient = -softplus(margin)
      losses[row] += objective.weight * minusLog(quotient, logEpsilon)
      // Nothing to be told from: Q is 1 but for ε.
      guard margin > -.infinity else { continue }
      let slope = scale * logistic(quotient - logEpsilon) * logistic(margin)
      exactCoefficients[row] = slope
      for place in listed.pairs.lists.places(of: row) where listed.counts[place] > 0 {
        let logit = listed.pairs.similarities[place] / temperature
        coefficients[place] -= slope * listed.counts[place] * exponential(logit - hard.logSum)
      }
    }
  }

  /// The coefficient of a listed column.
  @Sendable func coefficient(_ row: Int, _ place: Int) -> Double { coefficients[place] }
}

/// −log(eˣ + ε) from x and log ε.
private func minusLog(_ x: Double, _ logEpsilon: Double) -> Double {
  -x - softplus(logEpsilon - x)
}
