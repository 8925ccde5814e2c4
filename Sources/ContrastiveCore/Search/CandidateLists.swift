/// The columns that may still be among the k most similar of each row.
///
/// A candidate is known by two bounds of its similarity. Once a row has k candidates, those whose
/// upper bound is below the k-th largest lower bound are out; when a row's room is used up and
/// bounds do not make any, the similarities themselves, in Double, decide. So the k best are always
/// among the candidates, whatever the order they come in.
package struct CandidateLists: Sendable {
  /// A column and what its similarity is at most and at least.
  package struct Candidate: Sendable {
    package let upper: Float
    package let lower: Float
    package let column: UInt32
  }

  let k: Int
  /// Candidates a row has room for.
  let capacity: Int
  private let candidates: SharedMemory<Candidate>
  private let counts: SharedMemory<Int32>
  /// What an upper bound must reach.
  let thresholds: SharedMemory<Float>
  private let decided: SharedMemory<Int>

  private static func capacity(_ k: Int) -> Int { 2 * k + 64 }

  /// Bytes that a row takes.
  package static func bytes(k: Int) -> Int { MemoryLayout<Candidate>.stride * capacity(k) + 16 }

  /// Calls `body` with empty lists of some rows.
  package static func with<R, Failure: Error>(
    rows: Int, k: Int, _ body: (CandidateLists) throws(Failure) -> R
  ) throws(Failure) -> R {
    let capacity = capacity(k)
    let candidates = SharedArray<Candidate>(
      repeating: Candidate(upper: 0, lower: 0, column: 0), count: rows * capacity)
    let counts = SharedArray<Int32>(repeating: 0, count: rows)
    let thresholds = SharedArray<Float>(repeating: -.infinity, count: rows)
    let decided = SharedArray<Int>(repeating: 0, count: rows)
    return try body(
      CandidateLists(
        k: k, capacity: capacity, candidates: candidates.memory, counts: counts.memory,
        thresholds: thresholds.memory, decided: decided.memory))
  }

  /// Takes a column whose similarity is at most `upper`, and less than that by at most `gap`.
  func take(
    _ column: Int, upper: Float, gap: @autoclosure () -> Double, row: Int,
    decider: SimilarityDecider
  ) {
    guard upper >= thresholds[row] else { return }
    let lower = (Double(upper) - gap()).roundedDown
    let count = Int(counts[row])
    candidates[row * capacity + count] = Candidate(
      upper: upper, lower: lower, column: UInt32(column))
    counts[row] = Int32(count + 1)
    if count + 1 == capacity { makeRoom(row, decider) }
  }

  private func makeRoom(_ row: Int, _ decider: SimilarityDecider) {
    prune(row)
    // Little room is made at much cost: bounds are too wide for what there is.
    if Int(counts[row]) > capacity - 32 { _ = decide(row, decider) }
  }

  /// Drops what cannot be among the k best by the bounds.
  private func prune(_ row: Int) {
    let count = Int(counts[row])
    guard count > k else { return }
    let own = candidates + row * capacity
    let threshold = withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * count) { keys in
      guard let base = keys.baseAddress else { return -Float.infinity }
      for place in 0..<count { base[place] = RankKey.make(own[place].lower, place) }
      return RankKey.value(RankKey.keepLargest(k, of: base, count: count, spare: base + count))
    }
    thresholds[row] = max(thresholds[row], threshold)
    var kept = 0
    for place in 0..<count where own[place].upper >= threshold {
      own[kept] = own[place]
      kept += 1
    }
    counts[row] = Int32(kept)
  }

  /// Keeps the k best of a row's candidates and returns them, in order.
  private func decide(
    _ row: Int, _ decider: SimilarityDecider
  ) -> [(similarity: Double, column: UInt32)] {
    let own = candidates + row * capacity
    var found = (0..<Int(counts[row])).map { place in
      (similarity: decider.similarity(row, Int(own[place].column)), column: own[place].column)
    }
    decided[row] += found.count
    found.sort {
      $0.similarity > $1.similarity
        || ($0.similarity == $1.similarity && $0.column < $1.column)
    }
    if found.count > k { found.removeLast(found.count - k) }
    for (place, entry) in found.enumerated() {
      own[place] = Candidate(
        upper: entry.similarity.roundedUp,
        lower: entry.similarity.roundedDown, column: entry.column)
    }
    counts[row] = Int32(found.count)
    if found.count == k, let last = found.last {
      thresholds[row] = max(thresholds[row], last.similarity.roundedDown)
    }
    return found
  }

  /// The k best of a row, in order, after its last column; and how many were decided in Double.
  func finish(
    _ row: Int, _ decider: SimilarityDecider
  ) -> (best: [(similarity: Double, column: UInt32)], decided: Int) {
    prune(row)
    let best = decide(row, decider)
    return (best, decided[row])
  }

  /// The candidates of a row after its last column, the k best among them: the largest upper bound
  /// first.
  package func sorted(_ row: Int) -> UnsafeBufferPointer<Candidate> {
    prune(row)
    var own = UnsafeMutableBufferPointer(
      start: candidates + row * capacity, count: Int(counts[row]))
    own.sort { $0.upper > $1.upper }
    return UnsafeBufferPointer(own)
  }
}

extension Double {
  /// The nearest Float32 that is not above this; −∞ of NaN.
  var roundedDown: Float {
    let near = Float(self)
    return near.isNaN ? -.infinity : Double(near) > self ? near.nextDown : near
  }

  /// The nearest Float32 that is not below this; ∞ of NaN.
  var roundedUp: Float {
    let near = Float(self)
    return near.isNaN ? .infinity : Double(near) < self ? near.nextUp : near
  }
}
