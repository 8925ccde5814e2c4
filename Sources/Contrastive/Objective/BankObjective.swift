/// An objective of queries with their own keys against a bank.
public protocol BankObjective: Objective
where Inputs == (queries: Matrix, keys: Matrix, bank: any Bank), Variable == QueryVariable {}

extension BankObjective {
  /// The loss and its exact gradient.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [M × D], what every query is compared with.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries and the gradient asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled` for a bank without rows,
  ///   `.nonFinite`, `.tooLarge`, `.canceled`, `.parameter` for what the objective has no use for.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: any Bank,
    gradients: Set<QueryVariable> = [.queries], workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Self> {
    try evaluate((queries, keys, bank), gradients: gradients, workers: workers)
  }
}

/// The same, or without a bank in the batch: the other columns are then the other keys.
public protocol BankOrBatchObjective: Objective
where Inputs == (queries: Matrix, keys: Matrix, bank: (any Bank)?) {}

extension BankOrBatchObjective {
  /// The loss and its exact gradients.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [M × D]; without it the other columns are the other keys. A bank in half precision
  ///     is widened tile by tile, with a search, ring or mixes as a whole.
  ///   - gradients: what to differentiate by, if nothing is said its first variable, the queries;
  ///     not by a bank in half precision.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled` for a bank without rows,
  ///   `.nonFinite`, `.tooLarge`, `.canceled`, `.parameter` for what the objective has no use for,
  ///   and for a gradient for a bank that is not there.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: (any Bank)? = nil,
    gradients: Set<Variable> = Set(Variable.allCases.prefix(1)), workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Self> {
    try evaluate((queries, keys, bank), gradients: gradients, workers: workers)
  }
}
