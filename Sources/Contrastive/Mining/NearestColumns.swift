/// The k columns of the largest cosine with a row, in order, decided in Double as far as asked.
///
/// A column is next once its cosine is above what bounds allow all that are not yet decided.
struct NearestColumns: Sequence, IteratorProtocol {
  /// A column and its cosine.
  struct Near: Sendable, BitwiseCopyable {
    let column: Int
    let cosine: Double
  }

  private let row: Int
  private let cosines: CosinePairs
  /// Those that are not decided yet: the largest upper bound first.
  private var candidates: Slice<UnsafeBufferPointer<CandidateLists.Candidate>>
  /// Columns still to be given.
  private var left: Int
  /// Those decided and not given, the most similar last.
  private var decided: [Near] = []

  /// - Parameters:
  ///   - row: whose columns.
  ///   - candidates: the k most similar columns and others, the largest upper bound first.
  ///   - k: how many columns there are to be.
  ///   - cosines: what decides.
  init(
    of row: Int, candidates: UnsafeBufferPointer<CandidateLists.Candidate>, k: Int,
    cosines: CosinePairs
  ) {
    self.row = row
    self.candidates = candidates[...]
    left = k
    self.cosines = cosines
  }

  private static func isBefore(_ a: Near, _ b: Near) -> Bool {
    (a.cosine, b.column) > (b.cosine, a.column)
  }

  /// The next column if its cosine is certainly above a limit, without deciding it.
  ///
  /// Before the first call of `next`. The columns come in the order of their upper bounds, which
  /// may not be that of their cosines: those that are above the limit and those that are not stay
  /// apart.
  mutating func next(above limit: Double) -> Int? {
    precondition(decided.isEmpty)
    guard left > 0, let candidate = candidates.first, Double(candidate.lower) > limit else {
      return nil
    }
    candidates.removeFirst()
    left -= 1
    return Int(candidate.column)
  }

  mutating func next() -> Near? {
    guard left > 0 else { return nil }
    while let candidate = candidates.first {
      if let best = decided.last, best.cosine > Double(candidate.upper) { break }
      candidates.removeFirst()
      let column = Int(candidate.column)
      let near = Near(column: column, cosine: cosines.cosine(row, column))
      decided.insert(near, at: decided.partitioningIndex { Self.isBefore($0, near) })
    }
    left -= 1
    return decided.popLast()
  }
}
