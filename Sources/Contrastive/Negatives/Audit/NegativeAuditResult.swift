/// What an audit has found.
public struct NegativeAuditResult: Sendable {
  /// How large a part of the negatives something is, and which part of the gradient it bears.
  public struct Share: Sendable, Equatable {
    /// Of all ordered pairs of different rows.
    public let ofNegatives: Double
    /// Of InfoNCE's push on a row, averaged over the rows.
    public let ofGradient: Double
  }

  /// The candidates of each row and the evidence.
  package let candidates: AuditCandidates
  /// Confidence from which a candidate is suspected.
  package let threshold: Double
  /// What is inside one cluster, for each clustering: an estimate of the false negatives at that
  /// granularity.
  public let clusterings: [(clusters: Int, share: Share)]
  /// The suspected candidates.
  public let suspected: Share
  /// Number of suspected (row, candidate) pairs.
  package let suspectedCount: Int
  /// The part of each row's push that its suspected candidates bear.
  package let gradientShares: [Float]
  /// How it compares with labels, where they were given.
  package let labeled: LabeledAudit?

  /// The estimate averaged over the clusterings.
  package var estimate: Share {
    let count = Double(max(1, clusterings.count))
    return Share(
      ofNegatives: clusterings.reduce(0) { $0 + $1.share.ofNegatives } / count,
      ofGradient: clusterings.reduce(0) { $0 + $1.share.ofGradient } / count)
  }

  /// Whether each candidate is suspected.
  package let isSuspected: [Bool]

  /// The suspected false negatives, for policies to act on: the candidates whose confidence is at
  /// least the threshold.
  ///
  /// - Throws: `ContrastiveError` as `SuspectedPairs`.
  public func suspects() throws(ContrastiveError) -> SuspectedPairs {
    var pairs: [SuspectedPairs.Pair] = []
    pairs.reserveCapacity(suspectedCount)
    let confidence = candidates.values(of: .confidence)
    for place in candidates.columns.indices where isSuspected[place] {
      pairs.append(
        SuspectedPairs.Pair(
          sample: place / candidates.k, other: Int(candidates.columns[place]),
          confidence: Double(confidence[place])))
    }
    return try SuspectedPairs(samples: candidates.rows, pairs: pairs)
  }

  init(
    _ audit: NegativeAudit, candidates: AuditCandidates, pairs: PairCensus, unit: Matrix,
    labels: (groups: AuditLabels, pairs: PairCensus, grouping: Int)?
  ) {
    self.candidates = candidates
    threshold = audit.threshold
    func share(_ grouping: Int, of pairs: PairCensus) -> Share {
      Share(ofNegatives: pairs.share(grouping), ofGradient: pairs.gradientShares[grouping])
    }
    clusterings = audit.clusters.enumerated().map { ($1, share($0, of: pairs)) }
    let isSuspected = candidates.values(of: .confidence).map { Double($0) >= audit.threshold }
    self.isSuspected = isSuspected
    suspectedCount = isSuspected.count { $0 }
    let shares = (0..<candidates.rows).map { row in
      var mass = 0.0
      for place in candidates.places(of: row) where isSuspected[place] {
        let similarity = unit.dot(row, with: unit, Int(candidates.columns[place]))
        mass += exponential((similarity - Double(pairs.maximum[row])) / audit.temperature)
      }
      return min(1, mass / pairs.sums[row])
    }
    gradientShares = shares.map(Float.init)
    suspected = Share(
      ofNegatives: Double(suspectedCount) / Double(max(1, pairs.total)),
      ofGradient: shares.reduce(0, +) / Double(max(1, shares.count)))
    labeled = labels.map {
      LabeledAudit(
        labels: $0.groups, share: share($0.grouping, of: $0.pairs), candidates: candidates,
        isSuspected: isSuspected, all: $0.pairs.all, same: $0.pairs.inside[$0.grouping],
        neighbors: audit.neighbors)
    }
  }
}
