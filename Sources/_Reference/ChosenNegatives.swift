import Foundation

/// A choice of negatives, as the definition takes it.
public struct ReferenceNegatives: Sendable {
  /// Row, column, weight, target.
  public var pairs: [(row: Int, column: Int, weight: Double, target: Double)] = []
  /// How many are found at most, the threshold, mean or maximum, attracted or excluded, support by
  /// view.
  public var falseNegatives:
    (topK: Int, threshold: Double?, takesMean: Bool, attracts: Bool, support: Rows?)?
  /// Fractions of a ring, both of all that are left.
  public var ring: (inner: Double, outer: Double)?
  /// Of each anchor the columns drawn from its ring, as places in it, instead of all of it.
  public var ringDraws: [[Int]]?
  /// Mixed rows of each anchor.
  public var mixes: [Rows]?
  /// β, τ⁺, and whether the weights are constants.
  public var hardness: (beta: Double, tauPlus: Double, detached: Bool)?

  /// Everything off.
  public init() {}
}

/// Anchors with their positives and the columns that are their negatives.
public struct ReferenceTerm: Sendable {
  /// Rows that look for their positives.
  public var anchors: Rows
  /// Row i is anchor i's positive, which is no other column.
  public var own: Rows?
  /// Columns.
  public var columns: Rows
  /// Columns of each anchor that are not excluded.
  public var candidates: [[Int]]
  /// Those of them that are positives.
  public var positives: [[Int]]
  /// Support embeddings of each image, view by view.
  public var support: Rows
  /// Anchor a shows image a modulo this.
  public var images: Int
  /// Further constant negatives of each anchor.
  public var further: [Rows]
  /// Negatives at logit 0 of each anchor.
  public var zeros: [Int]
  /// Whether the mean over the positives is inside the logarithm.
  public var insideLogarithm = false
  /// Decoupled: positives are not in the denominator, and count so often for each anchor.
  public var decoupledWeights: [Double]?

  /// Every column a negative of every anchor; the positives are the support.
  public init(anchors: Rows, own: Rows?, columns: Rows) {
    self.anchors = anchors
    self.own = own
    self.columns = columns
    candidates = anchors.map { _ in Array(columns.indices) }
    positives = anchors.map { _ in [] }
    support = own ?? anchors
    images = anchors.count
    further = anchors.map { _ in [] }
    zeros = anchors.map { _ in 0 }
  }
}

/// A value with its derivatives by each matrix of a term.
public struct ReferenceTermResult: Sendable {
  /// The mean over the anchors.
  public var loss = 0.0
  /// The loss of each anchor.
  public var losses: [Double] = []
  /// ∂loss/∂temperature.
  public var slope = 0.0
  /// ∂loss/∂anchors.
  public var anchors: Rows
  /// ∂loss/∂own.
  public var own: Rows
  /// ∂loss/∂columns.
  public var columns: Rows
}

/// The loss of a term by its definition: the mean over the anchors.
///
/// Whatever carries no gradient (searches, ranks, constant weights) is computed from `constants`,
/// the term before a test moved anything.
public func referenceContrast(
  _ term: ReferenceTerm, constants: ReferenceTerm? = nil, _ negatives: ReferenceNegatives,
  temperature: Double
) -> ReferenceTermResult {
  let fixed = constants ?? term
  let dimension = term.anchors[0].count
  var result = ReferenceTermResult(
    anchors: zeros(term.anchors.count, dimension), own: zeros(term.anchors.count, dimension),
    columns: zeros(term.columns.count, dimension))
  result.losses = term.anchors.map { _ in 0 }
  let scale = 1 / Double(term.anchors.count)
  for (i, anchor) in term.anchors.enumerated() {
    let choice = chosen(i, of: fixed, negatives)
    var positives: [(row: [Double], weight: Double, share: Double?, column: Int?)] = []
    if let own = term.own { positives.append((own[i], 1, nil, nil)) }
    positives += choice.positives.map { (term.columns[$0.column], $0.weight, $0.share, $0.column) }
    guard !positives.isEmpty else { continue }
    let taken = positives.reduce(0) { $0 + ($1.share ?? 0) }
    let equal = (1 - taken) / Double(max(1, positives.count { $0.share == nil }))
    // Shares count as stated, whatever their sum.
    let shares = positives.map { $0.share ?? equal }

    var others: [(row: [Double], weight: Double, column: Int?)] = choice.negatives.map {
      (term.columns[$0.column], $0.weight, $0.column)
    }
    others += (term.further[i] + (negatives.mixes?[i] ?? [])).map { ($0, 1, nil) }
    others += (0..<term.zeros[i]).map { _ in ([Double](repeating: 0, count: dimension), 1, nil) }
    let u = positives.map { dot(anchor, $0.row) / temperature }
    let v = others.map { dot(anchor, $0.row) / temperature }
    let v0 = others.indices.map { place in
      let row = others[place].column.map { fixed.columns[$0] } ?? others[place].row
      return dot(fixed.anchors[i], row) / temperature
    }
    let logP = logSumExp(zip(u, positives).map { $0 + log($1.weight) })
    let q = zip(u, positives).map { $1.weight * exp($0 - logP) }
    // log S, its derivatives by v and by log p, and by 1/temperature alone.
    var (logS, byV, byP, byInverse) = (-Double.infinity, v.map { _ in 0.0 }, 0.0, 0.0)
    if !others.isEmpty {
      let logs = others.map { log($0.weight) }
      if let (beta, tauPlus, detached) = negatives.hardness {
        let count = others.reduce(0) { $0 + $1.weight }
        let importance = detached ? v0.map { beta * $0 } : v.map { beta * $0 }
        let hard = logSumExp(v.indices.map { v[$0] + importance[$0] + logs[$0] })
        let weight = logSumExp(v.indices.map { importance[$0] + logs[$0] })
        let logR = log(count) + hard - weight
        let part = tauPlus * count * exp(logP - logR) / Double(positives.count)
        let floor = log(count) - 1 / temperature
        let debiased = part < 1 ? logR + log1p(-part) - log(1 - tauPlus) : -.infinity
        if debiased >= floor {
          logS = debiased
          byP = -part / (1 - part)
          byV = v.indices.map { place in
            let a = exp(v[place] + importance[place] + logs[place] - hard)
            let b = exp(importance[place] + logs[place] - weight)
            return (detached ? a : (1 + beta) * a - beta * b) / (1 - part)
          }
        } else {
          (logS, byInverse) = (floor, -1)
        }
      } else {
        logS = logSumExp(zip(v, logs).map { $0 + $1 })
        byV = zip(v, logs).map { exp($0 + $1 - logS) }
      }
    }
    let target = zip(shares, u).reduce(0) { $0 + $1.0 * $1.1 }
    var mass = logistic(logS - logP)
    // What a positive's share of the softmax over the positives and its share of the target count.
    var (pull, kept, weight) = (mass * (byP - 1), 1.0, 1.0)
    if let weights = term.decoupledWeights {
      guard !others.isEmpty else { continue }
      (mass, pull, kept, weight) = (1, byP, 0, weights[i])
      result.losses[i] = logS - weight * target
    } else if term.insideLogarithm {
      (kept, weight) = (0, 0)
      result.losses[i] = softplus(logS - logP) + log(Double(u.count))
    } else {
      result.losses[i] = softplus(logS - logP) + (logP - target)
    }
    result.loss += scale * result.losses[i]
    var along = mass * byInverse
    for (place, positive) in positives.enumerated() {
      // In this order: a pull of 1e-14 would be lost in a sum with 1.
      let coefficient = pull * q[place] + (kept * q[place] - weight * shares[place])
      along += coefficient * u[place] * temperature
      for d in 0..<dimension {
        result.anchors[i][d] += scale * coefficient * positive.row[d] / temperature
        let toColumn = scale * coefficient * anchor[d] / temperature
        if let column = positive.column {
          result.columns[column][d] += toColumn
        } else {
          result.own[i][d] += toColumn
        }
      }
    }
    for (place, other) in others.enumerated() {
      let coefficient = mass * byV[place]
      along += coefficient * v[place] * temperature
      for d in 0..<dimension {
        result.anchors[i][d] += scale * coefficient * other.row[d] / temperature
        if let column = other.column {
          result.columns[column][d] += scale * coefficient * anchor[d] / temperature
        }
      }
    }
    result.slope -= scale * along / (temperature * temperature)
  }
  return result
}

/// What the columns of an anchor become.
private func chosen(
  _ i: Int, of term: ReferenceTerm, _ negatives: ReferenceNegatives
) -> (
  positives: [(column: Int, weight: Double, share: Double?)],
  negatives: [(column: Int, weight: Double)]
) {
  var positives: [(column: Int, weight: Double, share: Double?)] = term.positives[i].map {
    ($0, 1, nil)
  }
  var others: [(column: Int, weight: Double)] = []
  var gone = Set(term.positives[i])
  for pair in negatives.pairs where pair.row == i {
    gone.insert(pair.column)
    if pair.target > 0 {
      positives.append((pair.column, pair.weight, pair.target))
    } else if pair.weight > 0 {
      others.append((pair.column, pair.weight))
    }
  }
  if let search = negatives.falseNegatives {
    // The first anchor of the image says which columns are candidates.
    let image = i % term.images
    var named = Set(term.positives[image])
    for pair in negatives.pairs where pair.row == image { named.insert(pair.column) }
    let support = search.support ?? term.support
    let candidates = term.candidates[image].filter { !named.contains($0) }
    let scores = candidates.map { column in
      let all = stride(from: image, to: support.count, by: term.images).map {
        dot(support[$0], term.columns[column])
      }
      return search.takesMean ? all.reduce(0, +) / Double(all.count) : all.max() ?? 0
    }
    let found = zip(scores, candidates).sorted { ($0.0, $1.1) > ($1.0, $0.1) }
      .prefix(search.topK).filter { score, _ in search.threshold.map { score > $0 } ?? true }
    for (_, column) in found where !gone.contains(column) {
      gone.insert(column)
      if search.attracts { positives.append((column, 1, nil)) }
    }
  }
  var left = term.candidates[i].filter { !gone.contains($0) }
  if let ring = negatives.ring {
    let similarities = left.map { dot(term.anchors[i], term.columns[$0]) }
    let order = zip(similarities, left).sorted { ($0.0, $1.1) > ($1.0, $0.1) }.map(\.1)
    let count = Double(left.count)
    left = order[Int(ring.inner * count)..<Int(ring.outer * count)].sorted()
    if let draws = negatives.ringDraws { left = draws[i].map { left[$0] } }
  }
  return (positives, others + left.map { ($0, 1) })
}
