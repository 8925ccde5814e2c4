/// The k columns of the largest cosine with a row, in order, decided in Double as far as asked.
///
/// Their candidates come in the order of a product in Float32, which is off by no more than a
/// margin. A column is next once its cosine in Double is above what the first candidate that is
/// not yet decided can have. Where even the last candidate does not settle that, all columns of the
/// row are decided.
struct NearestColumns: Sequence, IteratorProtocol {
  /// A column and its cosine.
  struct Near: Sendable, BitwiseCopyable {
    let column: Int
    let cosine: Double
  }

  private let row: Int
  private let columns: Int
  private let margin: Double
  private let cosines: CosinePairs
  /// The candidates, the most similar first.
  private let candidates: ArraySlice<UInt64>
  /// Those that are not decided yet.
  private var keys: ArraySlice<UInt64>
  /// What a column can have at most that is no candidate.
  private var most: Double
  private let k: Int
  /// How many were given without being decided, and in order.
  private var (passed, given) = (0, 0)
  /// Those decided and not given, the most similar last.
  private var decided: [Near] = []

  /// - Parameters:
  ///   - row: whose columns.
  ///   - keys: its largest products, in order, and at least k.
  ///   - k: how many columns there are to be.
  ///   - columns: all there are.
  ///   - margin: how far a product can be from the cosine.
  ///   - cosines: what decides.
  init(
    of row: Int, keys: ArraySlice<UInt64>, k: Int, columns: Int, margin: Double,
    cosines: CosinePairs
  ) {
    self.row = row
    self.columns = columns
    self.margin = margin
    self.cosines = cosines
    candidates = keys
    self.keys = keys
    most = keys.count == columns ? -.infinity : Self.most(keys.last, margin)
    self.k = k
  }

  /// Columns still to be given.
  private var left: Int { k - passed - given }

  private static func most(_ key: UInt64?, _ margin: Double) -> Double {
    key.map { Double(RankKey.value($0)) + margin } ?? -.infinity
  }

  private func near(_ column: Int) -> Near {
    Near(column: column, cosine: cosines.cosine(row, column))
  }

  private static func isBefore(_ a: Near, _ b: Near) -> Bool {
    (a.cosine, b.column) > (b.cosine, a.column)
  }

  /// The next column if its cosine is certainly above a limit, without deciding it.
  ///
  /// Before the first call of `next`. The columns above the limit come in the order of Float32.
  mutating func next(above limit: Double) -> Int? {
    precondition(decided.isEmpty)
    guard left > 0, let key = keys.first, Double(RankKey.value(key)) - margin > limit else {
      return nil
    }
    keys.removeFirst()
    passed += 1
    return RankKey.index(key)
  }

  mutating func next() -> Near? {
    guard left > 0 else { return nil }
    while true {
      let others = keys.isEmpty ? most : Self.most(keys.first, margin)
      if let best = decided.last, best.cosine > others { break }
      guard let key = keys.popFirst() else {
        decideAll()
        break
      }
      let near = near(RankKey.index(key))
      decided.insert(near, at: decided.partitioningIndex { Self.isBefore($0, near) })
    }
    given += 1
    return decided.popLast()
  }

  /// For a row whose candidates do not settle what is next.
  private mutating func decideAll() {
    let passed = Set(candidates.prefix(passed).map(RankKey.index))
    let rest = (0..<columns).filter { !passed.contains($0) }.map(near).sorted(by: Self.isBefore)
    decided = rest.dropFirst(given).prefix(left).reversed()
    most = -.infinity
  }
}
