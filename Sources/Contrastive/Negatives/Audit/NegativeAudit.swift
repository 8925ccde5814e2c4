/// Searches a set of embeddings for false negatives: pairs that a contrastive loss would push
/// apart although they probably show the same thing.
///
/// Rows are compared by cosine. For each row i the k most similar others are candidates, and three
/// kinds of evidence say how sure each is:
/// ```
/// maximum, mean       of ⟨s_v,i, z_j⟩ over row i's support s_v,i (the row itself without one)
/// similarity          P(maximum): of all pairs at least so similar, the share inside one cluster
/// neighbors           |nearest(i) ∩ nearest(j)| / k;  mutual: j lists i, too
/// clusters            the share of the clusterings that have i and j in one cluster
/// confidence          (similarity + neighbors + clusters) / 3
/// ```
/// Those of at least a threshold of confidence are suspected. No label enters. For the whole set,
/// each clustering gives an estimate of how many negatives are false, and which part of InfoNCE's
/// push they bear: with the others of the set as negatives, the mean over the rows of
/// ```
/// Σ_{j false} exp(⟨z_i, z_j⟩ / temperature) / Σ_{j ≠ i} exp(⟨z_i, z_j⟩ / temperature)
/// ```
/// How finely "the same thing" is meant is for the user to say: by the numbers of clusters.
///
/// Support sets and aggregates: Huynh et al., "Boosting Contrastive Self-Supervised Learning with
/// False Negative Cancellation", WACV 2022, section 3.2.
public struct NegativeAudit: Sendable {
  /// Numbers of candidates to report on, ascending; the last is k.
  package let neighbors: [Int]
  /// Numbers of clusters, one clustering each.
  package let clusters: [Int]
  /// InfoNCE's temperature.
  package let temperature: Double
  /// Confidence from which a candidate is suspected.
  package let threshold: Double
  /// Random seed of the clusterings.
  package let seed: UInt64
  /// What becomes of rows of zeros; kept, they are as similar to one row as to another.
  package let zeroRows: ZeroRows

  /// An audit.
  ///
  /// - Parameters:
  ///   - neighbors: numbers of candidates to report on, each at least 1; the largest is k.
  ///   - clusters: numbers of clusters, each at least 1.
  ///   - temperature: 1e-6 … 1e6.
  ///   - threshold: confidence from which a candidate is suspected, 0 … 1.
  ///   - seed: random seed of the clusterings.
  ///   - zeroRows: what becomes of rows of zeros; kept, they are as similar to one row as to
  ///     another.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    neighbors: [Int] = [1, 5, 10, 20, 50], clusters: [Int] = [10, 30, 100],
    temperature: Double = 0.07, threshold: Double = 0.5, seed: UInt64 = 0,
    zeroRows: ZeroRows = .refuse
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try requireParameter(0...1 ~= threshold, "threshold", threshold, "0 … 1")
    for (name, counts) in [("k", neighbors), ("clusters", clusters)] {
      try requireParameter(
        !counts.isEmpty && counts.allSatisfy({ $0 > 0 }), name, counts, "numbers of at least 1")
    }
    self.neighbors = Set(neighbors).sorted()
    self.clusters = clusters
    self.temperature = temperature
    self.threshold = threshold
    self.seed = seed
    self.zeroRows = zeroRows
  }

  /// Audits a set.
  ///
  /// Complexity: with N rows, V support sets and c clusterings 2·N²·D operations and N²
  /// exponentials, N²·(1 + c) additions, 2·V·N²·D operations for the support sets, 2·D in Double
  /// for each pair that the bounds of a search leave open, N·k² comparisons, and the clusterings.
  /// Memory beyond the inputs, the result and the clusterings: the engine's tiles, one copy of the
  /// embeddings and of the largest support set, 24·k + 800 and 4·D bytes a row while it is
  /// searched, then 32·k, and 16,016·(1 + c) bytes for each 256 rows; no N × N matrix.
  ///
  /// - Parameters:
  ///   - embeddings: [N × D]; normalized first.
  ///   - support: any number of [N × D]: row i of each is another embedding of row i's sample, such
  ///     as of another view; normalized first.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: what was found.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.zeroNorm`,
  ///   `.canceled`, and `.parameter` for a k that is not below N, or more clusters than distinct
  ///   rows.
  public func run(
    _ embeddings: Matrix, support: [Matrix] = [], workers: Workers = .all
  ) throws(ContrastiveError) -> NegativeAuditResult {
    try run(embeddings, support: support, labels: nil, workers: workers)
  }

  /// The same, compared with labels: what is inside one label counts as one more clustering, and
  /// the result says how good each kind of evidence is.
  ///
  /// Where some rows have no label, the pairs of the others are gone over once more.
  ///
  /// - Parameters:
  ///   - embeddings: as without labels.
  ///   - support: as without labels.
  ///   - labels: [N]; −1 for a row without one.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: what was found.
  /// - Throws: as without labels, `.shape` for another number of them, and `.parameter` for labels
  ///   that are all −1.
  package func run(
    _ embeddings: Matrix, support: [Matrix] = [], labels: [Int]?, workers: Workers = .all
  ) throws(ContrastiveError) -> NegativeAuditResult {
    let given = Operand("embeddings", embeddings)
    try given.requireRows()
    let (rows, k) = (embeddings.rows, neighbors[neighbors.count - 1])
    try requireParameter(k < rows, "k", k, "1 … \(rows - 1), the other rows")
    try requireShape(
      rows <= GroupSimilarityReader.maxRows, "embeddings", embeddings.shape,
      "at most \(GroupSimilarityReader.maxRows) rows")
    for (index, view) in support.enumerated() {
      try Operand("support \(index)", view).requireShape(of: given)
    }
    let unit = try embeddings.normalized(zeroRows: zeroRows).rows
    let known = try labels.map { labels throws(ContrastiveError) in
      guard labels.isEmpty || labels.contains(where: { $0 != unlabeled }) else {
        throw noLabels("labels")
      }
      return try AuditLabels(labels, rows: rows)
    }
    var groupings = try clusterings(of: unit, workers)
    let labeled = known?.knownRows ?? []
    if let known, labeled.count == rows { groupings.append(known.groups) }

    let search = AuditSearch(unit: unit, support: support, zeroRows: zeroRows, k: k)
    let found = try search.candidates(workers: workers)
    let pairs = try census(of: unit, groupings, workers)
    let candidates = try AuditCandidates(
      found, clusterings: Array(groupings[..<clusters.count]), pairs: pairs, workers: workers)
    return NegativeAuditResult(
      self, candidates: candidates, pairs: pairs, unit: unit,
      labels: try known.map { known throws(ContrastiveError) in
        // Pairs with a row without a label do not count.
        labeled.count == rows
          ? (known, pairs, clusters.count)
          : (
            known,
            try census(of: unit.rows(at: labeled), [labeled.map { known.groups[$0] }], workers), 0
          )
      })
  }

  private func census(
    of unit: Matrix, _ groupings: [[Int32]], _ workers: Workers
  ) throws(ContrastiveError) -> PairCensus {
    PairCensus(
      try SymmetricPass(Operand("embeddings", unit)).read(
        GroupSimilarityReader(groupings: groupings, temperature: temperature), workers: workers),
      groupings: groupings.count)
  }

  private func clusterings(
    of unit: Matrix, _ workers: Workers
  ) throws(ContrastiveError) -> [[Int32]] {
    var result: [[Int32]] = []
    for (index, count) in clusters.enumerated() {
      let options = try KMeans(
        metric: .spherical, seed: seed &+ UInt64(index), zeroRows: zeroRows)
      let fit = try options.fit(
        unit, clusters: count, argument: "embeddings", workers: workers)
      result.append(fit.assignments.map(Int32.init))
    }
    return result
  }
}
