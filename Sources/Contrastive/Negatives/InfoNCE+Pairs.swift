extension InfoNCE {
  /// The loss against a bank that knows its samples, and its exact gradients.
  ///
  /// As with the bank's rows, but a sample's own entries, entries that are too old and suspected
  /// false negatives are what `columns` says they are:
  /// ```
  /// loss = mean_i  log( exp(u_i,own) + Σ_c w_ic exp(u_ic) ) − Σ_c t_ic u_ic
  /// ```
  /// (see `PairTerms`). A bank in half precision is widened tile by tile, with a choice of
  /// `negatives` as a whole for the time of the call: searches, ranks and mixes look at single
  /// rows. A row that no column is left for has loss 0.
  ///
  /// Complexity: 4·N·M·D floating-point operations for the loss and the gradient for the queries,
  /// 2·N·M·D without it, and O(D) for each listed pair. Scratch: that of the sweep, with a bank in
  /// half precision `4 · min(M, 512) · D` bytes more a worker (with a choice of `negatives` `4 · M
  /// · D`), and D + 7 numbers for each listed column that counts.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - columns: what `MemoryBank.columns(for:)` gives for the queries' samples.
  ///   - gradients: what to differentiate by; not by the bank.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries, the gradients asked for, and the count `listed`.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled`, `.nonFinite`, `.tooLarge`,
  ///   `.parameter` for `symmetric`, a gradient for the bank, or a choice of negatives that names
  ///   pairs too.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank columns: BankColumns,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    guard columns.columns.rows > columns.omitted.count else {
      throw .bankNotFilled(argument: columns.columns.name)
    }
    return try paired(
      Operand("queries", queries), Operand("keys", keys), columns.columns,
      omitted: columns.omitted, columns.pairs, gradients, workers)
  }

  /// The in-batch loss in which some pairs are not plain negatives, and its exact gradients.
  ///
  /// Column i is key i. Complexity as in the bank form with M = N, and 4·N²·D more for the keys.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - pairs: what keys are to queries, none of them the own.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries, the gradients asked for, and the count `listed`.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.index` for a
  ///   pair of a query with its own key, `.parameter` for `symmetric` or a gradient for a bank.
  public func evaluate(
    queries: Matrix, keys: Matrix, pairs: PairTerms,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    if let position = pairs.pairs.firstIndex(where: { $0.row == $0.column }) {
      throw .index(
        argument: "pairs", position: position, found: "query and key \(pairs.pairs[position].row)",
        expected: "a key that is not the query's own")
    }
    return try paired(
      Operand("queries", queries), Operand("keys", keys), nil, omitted: [], pairs, gradients,
      workers)
  }

  private func paired(
    _ queries: Operand, _ keys: Operand, _ bank: Operand?, omitted: [Int], _ terms: PairTerms,
    _ wanted: Set<Variable>, _ workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    try queries.requireRows()
    try keys.requireShape(of: queries)
    try bank?.requireDimension(of: queries)
    guard !symmetric else {
      throw .parameter(name: "symmetric", found: "pairs", expected: "one direction")
    }
    guard !wanted.contains(.bank) else {
      throw .parameter(
        name: "gradient", found: "bank", expected: "queries, keys or temperature")
    }
    let columns = bank ?? keys
    guard terms.rows == queries.rows, terms.columns == columns.rows else {
      throw .shape(
        argument: "pairs", found: "[\(terms.rows) × \(terms.columns)]",
        expected: "[\(queries.rows) × \(columns.rows)]")
    }
    if !negatives.parts.isEmpty {
      try negatives.refuse([.pairs], in: "InfoNCE with pairs", expected: "pairs given once")
      try negatives.refuse(
        bank == nil ? [.mixing] : [], in: "InfoNCE in the batch",
        expected: "a bank: mixed rows are constants")
    }
    var paired = negatives
    paired.pairs = terms
    try paired.refuse([], in: "InfoNCE", expected: "")
    try keys.requireFinite()
    let held = negatives.parts.isEmpty ? bank : bank?.widened
    return try oneDirection(queries, keys, bank: held, omitted: omitted, paired, wanted, workers)
  }
}
