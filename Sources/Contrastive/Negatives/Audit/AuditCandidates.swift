/// The candidates of an audit with the evidence for each, [rows × k] row-major, the most similar
/// first.
package struct AuditCandidates: Sendable, Equatable {
  /// Candidates of each row.
  package let k: Int
  /// Indices of rows of the set.
  package let columns: [Int32]
  /// Whether the candidate lists the row, too.
  package let mutual: [Bool]
  private let maximum: [Float]
  private let mean: [Float]
  private let similarity: [Float]
  private let neighbors: [Float]
  private let clusters: [Float]
  private let confidence: [Float]

  /// A kind of evidence that a candidate is a false negative.
  package enum Evidence: String, CaseIterable, Sendable {
    /// The largest cosine of a support embedding of the row with the candidate.
    case maximum
    /// The mean of those cosines.
    case mean
    /// Of all pairs whose cosine is at least `maximum`, the share inside one cluster, averaged over
    /// the clusterings.
    case similarity
    /// The share of their candidates that row and candidate have in common.
    case neighbors
    /// The share of the clusterings that have both in one cluster.
    case clusters
    /// The mean of `similarity`, `neighbors` and `clusters`.
    case confidence
  }

  /// One kind of evidence of all candidates, [rows × k].
  package func values(of evidence: Evidence) -> [Float] {
    switch evidence {
    case .maximum: maximum
    case .mean: mean
    case .similarity: similarity
    case .neighbors: neighbors
    case .clusters: clusters
    case .confidence: confidence
    }
  }

  /// Number of rows.
  package var rows: Int { columns.count / k }

  /// The places of a row's candidates.
  package func places(of row: Int) -> Range<Int> { (row * k)..<((row + 1) * k) }

  init(
    _ found: AuditSearch.Found, clusterings: [[Int32]], pairs: PairCensus, workers: Workers
  ) throws(ContrastiveError) {
    k = found.k
    columns = found.columns
    maximum = found.maximum
    mean = found.mean
    let shared = try Self.shared(found, workers)
    mutual = shared.mutual
    let common = shared.common
    let k = k
    neighbors = common.map { Float($0) / Float(k) }
    let tables = clusterings.indices.map(pairs.insideFromHere)
    similarity = found.maximum.map { value in
      let bin = GroupSimilarityReader.bin(of: Double(value))
      return Float(tables.reduce(0) { $0 + $1[bin] } / Double(tables.count))
    }
    clusters = found.columns.enumerated().map { place, column in
      let votes = clusterings.count { $0[place / k] == $0[Int(column)] }
      return Float(votes) / Float(clusterings.count)
    }
    var confidence: [Float] = []
    confidence.reserveCapacity(columns.count)
    for place in columns.indices {
      confidence.append((similarity[place] + neighbors[place] + clusters[place]) / 3)
    }
    self.confidence = confidence
  }

  /// Whether candidates list each other, and how many they have in common.
  private static func shared(
    _ found: AuditSearch.Found, _ workers: Workers
  ) throws(ContrastiveError) -> (mutual: [Bool], common: [Int32]) {
    let k = found.k
    let sorted = SharedArray(found.columns)
    let mutual = SharedArray(repeating: false, count: found.columns.count)
    let common = SharedArray(repeating: Int32(0), count: found.columns.count)
    let (lists, isMutual, shared) = (sorted.memory, mutual.memory, common.memory)
    workers.forEach(found.rows) { row, _ in
      var own = UnsafeMutableBufferPointer(start: lists + row * k, count: k)
      own.sort()
    }
    workers.forEachUntilCanceled(found.rows) { row, _ in
      for place in (row * k)..<((row + 1) * k) {
        let other = Int(found.columns[place])
        var (a, b) = (row * k, other * k)
        while a < (row + 1) * k && b < (other + 1) * k {
          let (left, right) = (lists[a], lists[b])
          if right == Int32(row) { isMutual[place] = true }
          if left == right { shared[place] += 1 }
          if left <= right { a += 1 }
          if right <= left { b += 1 }
        }
        while b < (other + 1) * k && !isMutual[place] {
          isMutual[place] = lists[b] == Int32(row)
          b += 1
        }
      }
    }
    try workers.checkCanceled()
    return (mutual.elements, common.elements)
  }
}
