/// What the entries of a row's own sample in a bank are to it.
public enum OwnEntries: String, CaseIterable, Sendable {
  /// They are excluded: a stale key of the same sample is no negative.
  case exclude = "leave-out"
  /// They are positives besides the own key.
  case attract
  /// They are negatives like any other, as in MoCo's code.
  case keep
}

extension MemoryBank {
  /// Every slot that holds an embedding is a negative of every query.
  public var bankColumns: BankColumns {
    BankColumns(
      slots.operand(columnCount, named: "bank"),
      excluded: (0..<columnCount).filter { slots.steps[$0] < 0 })
  }

  /// The bank as columns for a batch of known samples.
  ///
  /// Complexity: O(slots + batch); nothing of the embeddings is copied.
  ///
  /// - Parameters:
  ///   - ids: sample of each query, 0 or more.
  ///   - own: what slots with the query's own sample are to it.
  ///   - age: slots written more than this many steps before `step` are excluded.
  ///   - step: now; without it, the step of the last write.
  ///   - suspects: false negatives that an audit of the data set suspects.
  ///   - policy: what becomes of those.
  /// - Returns: what objectives take as their bank.
  /// - Throws: `ContrastiveError`: `.bankNotFilled` when no slot is left, `.index`,
  ///   `.parameter`.
  public func columns(
    for ids: [Int], own: OwnEntries = .exclude, olderThan age: Int? = nil, at step: Int? = nil,
    suspects: SuspectedPairs? = nil, policy: FalseNegativePolicy = .exclude
  ) throws(ContrastiveError) -> BankColumns {
    try requireIndices(ids, below: .max, named: "ids")
    if let age, age < 0 {
      throw .parameter(name: "age", found: "\(age)", expected: "0 or more")
    }
    let (count, steps) = (columnCount, slots.steps)
    let oldest = age.map { max(0, step ?? lastStep) - $0 } ?? 0
    let excluded = (0..<count).filter { steps[$0] < max(0, oldest) }
    guard excluded.count < count else { throw .bankNotFilled(argument: "bank") }

    // What is excluded stands for no sample.
    var samples = Array(slots.ids[..<count])
    for slot in excluded { samples[slot] = BankSlots.none }
    let places = ColumnsBySample(of: own == .keep ? [] : ids, in: samples)
    return BankColumns(
      slots.operand(count, named: "bank"), excluded: excluded,
      pairs: try PairTerms(
        rows: ids.count, columns: count,
        suspects: suspects?.among(rows: ids, columns: samples) ?? [], policy: policy,
        own: ids.enumerated().flatMap { row, id in places[id].map { (row, $0) } },
        attractsOwn: own == .attract))
  }
}
