/// What a bank is to one batch: its columns, and what some of them are to some of the batch's rows.
public struct BankColumns: Sendable {
  /// The bank's embeddings, in the precision it keeps them in.
  package let columns: Operand
  /// Slots that take no part for any row, ascending: never written, or too old.
  public let omitted: [Int]
  /// What slots are to rows; those of a row's own sample, and suspected false negatives.
  public let pairs: PairTerms

  /// A bank whose every row is a negative of every query.
  public init(_ rows: Matrix, queries: Int) {
    columns = Operand("bank", rows)
    omitted = []
    pairs = PairTerms(rows: queries, columns: rows.rows)
  }

  /// The same columns with other pairs.
  ///
  /// - Parameter pairs: what slots are to the batch's rows; [queries × slots].
  /// - Returns: the columns.
  public func with(_ pairs: PairTerms) -> BankColumns {
    BankColumns(columns, omitted: omitted, pairs: pairs)
  }

  init(_ columns: Operand, omitted: [Int], pairs: PairTerms) {
    self.columns = columns
    self.omitted = omitted
    self.pairs = pairs
  }
}

/// What the entries of a row's own sample in a bank are to it.
public enum OwnEntries: String, CaseIterable, Sendable {
  /// They take no part: a stale key of the same sample is no negative.
  case leaveOut = "leave-out"
  /// They are positives besides the own key.
  case attract
  /// They are negatives like any other, as in MoCo's code.
  case keep
}

extension MemoryBank {
  /// The bank as columns for a batch of known samples.
  ///
  /// Complexity: O(slots + batch); nothing of the embeddings is copied.
  ///
  /// - Parameters:
  ///   - ids: sample of each query, 0 or more.
  ///   - own: what slots with the query's own sample are to it.
  ///   - age: slots written more than this many steps before `step` take no part.
  ///   - step: now; without it, the step of the last write.
  ///   - suspects: false negatives that an audit of the data set suspects.
  ///   - policy: what becomes of those.
  /// - Returns: what objectives take as their bank.
  /// - Throws: `ContrastiveError`: `.bankNotFilled` when no slot takes part, `.index`,
  ///   `.parameter`.
  public func columns(
    for ids: [Int], own: OwnEntries = .leaveOut, olderThan age: Int? = nil, at step: Int? = nil,
    suspects: SuspectedPairs? = nil, policy: FalseNegativePolicy = .ignore
  ) throws(ContrastiveError) -> BankColumns {
    try requireIndices(ids, count: ids.count, below: .max, named: "ids")
    if let age, age < 0 {
      throw .parameter(name: "age", found: "\(age)", expected: "0 or more")
    }
    let (count, steps) = (columnCount, slots.steps)
    let oldest = age.map { (step ?? lastStep) - $0 } ?? 0
    let omitted = (0..<count).filter { steps[$0] < max(0, oldest) }
    guard omitted.count < count else { throw .bankNotFilled(argument: "bank") }

    let samples = Array(slots.ids[..<count])
    let owned =
      own == .keep
      ? []
      : { () -> [(row: Int, column: Int)] in
        let places = ColumnsBySample(of: ids, in: samples)
        return ids.enumerated().flatMap { row, id in places[id].map { (row, $0) } }
      }()
    let takesPart: (Int) -> Bool = { steps[$0] >= max(0, oldest) }
    return BankColumns(
      slots.operand(count, named: "bank"), omitted: omitted,
      pairs: try PairTerms(
        rows: ids.count, columns: count,
        suspects: (suspects?.among(rows: ids, columns: samples) ?? []).filter {
          takesPart($0.column)
        }, policy: policy, own: owned.filter { takesPart($0.column) },
        attractsOwn: own == .attract))
  }
}
