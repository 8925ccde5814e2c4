import ContrastiveKernels

/// The columns that may still be among the k most similar of each row.
///
/// A candidate is known by two bounds of its similarity. Once a row has k candidates, those whose
/// upper bound is below the k-th largest lower bound are out; when a row's room is used up and
/// bounds do not make any, the similarities themselves, in Double, decide. So the k best are always
/// among the candidates, whatever the order they come in.
package struct CandidateLists: Sendable {
  /// A column and what its similarity is at most and at least.
  package typealias Candidate = ContrastiveCandidate

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

  /// Calls `body` with empty lists of some rows; a column that is not above the floor may be left
  /// out.
  package static func with<R, Failure: Error>(
    rows: Int, k: Int, above floor: Double = -.infinity,
    _ body: (CandidateLists) throws(Failure) -> R
  ) throws(Failure) -> R {
    let capacity = capacity(k)
    let candidates = SharedArray<Candidate>(
      repeating: Candidate(upper: 0, lower: 0, column: 0), count: rows * capacity)
    let counts = SharedArray<Int32>(repeating: 0, count: rows)
    let thresholds = SharedArray<Float>(repeating: floor.roundedDown, count: rows)
    let decided = SharedArray<Int>(repeating: 0, count: rows)
    return try body(
      CandidateLists(
        k: k, capacity: capacity, candidates: candidates.memory, counts: counts.memory,
        thresholds: thresholds.memory, decided: decided.memory))
  }

  /// Takes a column that is not excluded, whose similarity is at most `upper`, and less than that
  /// by at most `gap`, which is not negative.
  @inline(__always)
  func take(
    _ column: Int, upper: Float, gap: @autoclosure () -> Float, row: Int,
    decider: SimilarityDecider, unless isExcluded: @autoclosure () -> Bool
  ) {
    guard upper >= thresholds.base[row], !isExcluded() else { return }
    let gap = gap()
    // Below what rounding can make of the difference; of what is not a number nothing is known.
    let below = upper - gap - (upper.magnitude + gap) * 0x1p-22
    let lower = below > -.infinity ? below : -.infinity
    let count = Int(counts.base[row])
    candidates.base[row * capacity + count] = Candidate(
      upper: upper, lower: lower, column: UInt32(truncatingIfNeeded: column))
    counts.base[row] = Int32(truncatingIfNeeded: count + 1)
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
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { spare in
      var threshold = -Float.infinity
      counts[row] = Int32(
        contrastive_prune_candidates(own, count, k, spare.baseAddress, &threshold))
      thresholds[row] = max(thresholds[row], threshold)
    }
  }

  /// Keeps the k best of a row's candidates and returns them, in order.
  private func decide(
    _ row: Int, _ decider: SimilarityDecider
  ) -> [(similarity: Double, column: UInt32)] {
    let own = candidates + row * capacity
    let count = Int(counts[row])
    let similarities = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      for place in 0..<count {
        decider.expect(Int(own[min(place + 3, count - 1)].column))
        buffer.initializeElement(at: place, to: decider.similarity(row, Int(own[place].column)))
      }
      initialized = count
    }
    decided[row] += count
    let found = order(similarities, own)
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

  /// The k largest of some similarities in order, ties by the lower column.
  private func order(
    _ similarities: [Double], _ own: UnsafeMutablePointer<Candidate>
  ) -> [(similarity: Double, column: UInt32)] {
    let count = similarities.count
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * count) { keys in
      guard let base = keys.baseAddress else { return [] }
      for place in 0..<count {
        base[place] = RankKey.make(Float(similarities[place]), place)
      }
      RankKey.sort(base, count: count, spare: base + count)
      var found: [(similarity: Double, column: UInt32)] = []
      found.reserveCapacity(k + 1)
      // In order but for those that are the same number in Float32.
      for rank in 0..<count {
        let place = RankKey.index(base[rank])
        let entry = (similarity: similarities[place], column: own[place].column)
        var at = found.count
        while at > 0,
          found[at - 1].similarity < entry.similarity
            || (found[at - 1].similarity == entry.similarity
              && found[at - 1].column > entry.column)
        { at -= 1 }
        if at == k {
          if RankKey.value(base[rank]) < Float(found[k - 1].similarity) { break }
          continue
        }
        found.insert(entry, at: at)
        if found.count > k { found.removeLast() }
      }
      return found
    }
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
  var roundedDown: Float { -(-self).roundedUp }

  /// The nearest Float32 that is not below this; ∞ of NaN.
  var roundedUp: Float {
    let near = Float(self)
    guard !near.isNaN else { return .infinity }
    // Without a branch that nobody can foresee. The next of a negative number has smaller bits.
    let step: UInt32 = Double(near) < self ? 1 : 0
    let bits = near.bitPattern
    return Float(bitPattern: near.sign == .minus ? bits &- step : bits &+ step)
  }
}
