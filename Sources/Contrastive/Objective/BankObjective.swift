/// An objective of queries with their own keys against a bank.
public protocol BankObjective: Objective
where Inputs == (queries: Matrix, keys: Matrix, bank: any Bank), Variable == QueryVariable {
  /// The loss and its exact gradient.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [M × D].
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries and the gradient asked for.
  /// - Throws: `ContrastiveError`: what is wrong with an input, by name, or `.canceled`.
  func evaluate(
    queries: Matrix, keys: Matrix, bank: any Bank, gradients: Set<QueryVariable>,
    workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Self>
}

extension BankObjective {
  /// The loss and its exact gradient, of all inputs in one value.
  public func evaluate(
    _ inputs: (queries: Matrix, keys: Matrix, bank: any Bank), gradients: Set<QueryVariable>,
    workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Self> {
    try evaluate(
      queries: inputs.queries, keys: inputs.keys, bank: inputs.bank, gradients: gradients,
      workers: workers)
  }
}

/// The same, or without a bank in the batch: the negatives are then the other keys.
public protocol BankOrBatchObjective: Objective
where Inputs == (queries: Matrix, keys: Matrix, bank: (any Bank)?) {
  /// The loss and its exact gradients; as `BankObjective`.
  func evaluate(
    queries: Matrix, keys: Matrix, bank: (any Bank)?, gradients: Set<Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Self>
}

extension BankOrBatchObjective {
  /// The loss and its exact gradients, of all inputs in one value.
  public func evaluate(
    _ inputs: (queries: Matrix, keys: Matrix, bank: (any Bank)?), gradients: Set<Variable>,
    workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Self> {
    try evaluate(
      queries: inputs.queries, keys: inputs.keys, bank: inputs.bank, gradients: gradients,
      workers: workers)
  }
}
