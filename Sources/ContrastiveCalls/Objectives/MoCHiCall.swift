import Contrastive

/// `mochi`.
package struct MoCHiCall: ObjectiveCall {
  package static let method = "mochi"
  package static let summary = "MoCHi: InfoNCE with a bank and mixed hard negatives."
  package static let help = """
    Tensors: queries [N,D], keys [N,D], bank [K,D]; pairs I64 [N,s,2] with pair-weights F32 \
    [N,s], query-pairs I64 [N,t] with query-weights F32 [N,t], all indices of bank rows; s and t \
    may be 0. Gradients: queries (default).
    """

  private let temperature: Double
  private let falseNegatives: FalseNegativeChoice?
  private let ring: RingChoice?
  private let hardness: HardNegativeWeights?

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.2, "Softmax temperature.")
    falseNegatives = try FalseNegativeChoice(&options)
    ring = try RingChoice(&options)
    hardness = try HardNegativeWeights(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<MoCHi> {
    let pairs = try inputs.integers("pairs", axes: 3)
    let pairWeights = try inputs.weights("pair-weights")
    let queryPairs = try inputs.integers("query-pairs", axes: 2)
    let queryWeights = try inputs.weights("query-weights")
    guard pairs.shape == [pairWeights.rows, pairWeights.columns, 2] else {
      throw .shape(
        argument: "pair-weights", found: pairWeights.shape,
        expected: "\(pairs.shape.dropLast()), one for each of the pairs, which are \(pairs.shape)")
    }
    guard queryPairs.shape == [queryWeights.rows, queryWeights.columns] else {
      throw .shape(
        argument: "query-weights", found: queryWeights.shape,
        expected: "\(queryPairs.shape), the shape of query-pairs")
    }
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddings("bank")
    let negatives = try Negatives(
      pairs: inputs.pairs(rows: queries.rows, columns: bank.rows),
      falseNegatives: falseNegatives?.value(&inputs), ring: ring?.value(inputs, rows: queries.rows),
      hardness: hardness)
    return try MoCHi(temperature: temperature, negatives: negatives).evaluate(
      queries: queries, keys: inputs.embeddings("keys"), bank: bank,
      mixes: NegativeMixes(
        pairs: pairs.values, pairWeights: pairWeights, queryPairs: queryPairs.values,
        queryWeights: queryWeights),
      gradients: gradients, workers: workers)
  }
}
