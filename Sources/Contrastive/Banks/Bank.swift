/// What an objective can take as its bank of negatives.
///
/// A `Matrix` or `HalfMatrix` of rows, a memory bank that knows its samples, or what
/// `MemoryBank.columns(for:)` makes of one for a batch.
public protocol Bank: Sendable {
  /// The bank as columns.
  var bankColumns: BankColumns { get }
}

extension Bank {
  /// The same with its rows in 16 bits beside them.
  ///
  /// Evaluations with `precision: .int16` multiply these instead of encoding the bank each time:
  /// for a bank that stays as it is. Nothing else changes, no bit of a result either.
  ///
  /// Complexity: O(rows · dimension); holds 2 bytes more for each element, rows rounded up to 64.
  ///
  /// - Parameter workers: the threads to use; no effect on the result.
  /// - Returns: the bank as columns.
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`.
  public func encoded(workers: Workers = .all) throws(ContrastiveError) -> BankColumns {
    let columns = bankColumns
    return BankColumns(
      try columns.operand.encoded(workers: workers), excluded: columns.excluded,
      pairs: columns.pairs)
  }
}

/// What a bank is to one batch: its columns, and what some of them are to some of the batch's rows.
public struct BankColumns: Bank {
  /// The bank's embeddings, in the precision it keeps them in.
  package let operand: Operand
  /// Slots excluded for every row, ascending: never written, or too old.
  package let excluded: [Int]
  /// What slots are to rows: those of a row's own sample, and suspected false negatives.
  package let pairs: PairTerms

  init(_ operand: Operand, excluded: [Int] = [], pairs: PairTerms? = nil) {
    self.operand = operand
    self.excluded = excluded
    self.pairs = pairs ?? PairTerms(rows: 0, columns: operand.rows)
  }

  /// These columns.
  public var bankColumns: BankColumns { self }
}

extension Matrix: Bank {
  /// Every row is a negative of every query.
  public var bankColumns: BankColumns { BankColumns(Operand("bank", self)) }
}

extension HalfMatrix: Bank {
  /// Every row is a negative of every query; rows are widened tile by tile.
  public var bankColumns: BankColumns { BankColumns(Operand("bank", self)) }
}

extension BankColumns {
  /// The same under another name in errors.
  func named(_ name: String) -> BankColumns {
    BankColumns(operand.named(name), excluded: excluded, pairs: pairs)
  }

  /// What the objectives exclude.
  var exclusions: [Exclusion] { excluded.isEmpty ? [] : [.mask(ColumnSet(excluded))] }

  /// Checks that there is a column left, of the right dimension.
  func require(of queries: Operand) throws(ContrastiveError) {
    guard operand.rows > excluded.count else { throw .bankNotFilled(argument: operand.name) }
    try operand.requireDimension(of: queries)
  }

  /// The same without pairs of each row and its own column, which an objective that reads it from
  /// the bank knows already.
  func excludingPairs(ofOwn columns: [Int]) throws(ContrastiveError) -> BankColumns {
    guard pairs.rows == columns.count else { return self }
    let others = pairs.pairs.filter { columns[$0.row] != $0.column }
    guard others.count < pairs.pairs.count else { return self }
    return BankColumns(
      operand, excluded: excluded,
      pairs: try PairTerms(rows: pairs.rows, columns: pairs.columns, pairs: others))
  }

  /// A choice of negatives with these pairs in it.
  ///
  /// - Throws: `ContrastiveError.parameter` for pairs given twice.
  func adding(pairsTo negatives: Negatives) throws(ContrastiveError) -> Negatives {
    guard !pairs.pairs.isEmpty else { return negatives }
    try negatives.validate(
      without: [.pairs], in: "a bank that knows its samples", use: "pairs given once")
    var all = negatives
    all.pairs = pairs
    return all
  }

  /// The rows as a choice of negatives takes them.
  func operand(for negatives: Negatives) -> Operand {
    negatives.looksAtRows ? operand.widened : operand
  }
}

extension BankColumns {
  /// The exclusions of an objective in which a column counts or does not.
  ///
  /// - Throws: `ContrastiveError`: `.parameter` for pairs with weights or targets, `.shape` for
  ///   those of other rows than the queries.
  func exclusions(
    in objective: String, of queries: Operand
  ) throws(ContrastiveError) -> [Exclusion] {
    guard !pairs.pairs.isEmpty else { return exclusions }
    try requireShape(
      pairs.rows == queries.rows, operand.name, "columns for \(pairs.rows) samples",
      "columns for the \(queries.rows) of \(queries.name)")
    try requireParameter(
      pairs.pairs.allSatisfy({ $0.weight == 0 }), "pairs", "weights or targets in \(objective)",
      "pairs that are excluded")
    return exclusions
      + [.listed(RowLists((0..<pairs.rows).map { pairs[$0].map(\.column) }, isSymmetric: false))]
  }
}

extension [Exclusion] {
  /// Checks that no column that is named for a row, `perRow` of them row by row, is excluded.
  func requireIncluded(
    _ columns: [Int], perRow: Int, named name: String
  ) throws(ContrastiveError) {
    guard !isEmpty else { return }
    for (position, column) in columns.enumerated()
    where exclude(row: position / perRow, column: column) {
      throw .index(
        argument: name, position: position, found: "\(column), an excluded row of the bank",
        expected: "a row that takes part")
    }
  }
}
