import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss mochi`.
package struct MoCHiLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "mochi",
    abstract: "MoCHi: InfoNCE with a bank and mixed hard negatives.",
    discussion: """
      Tensors: queries [N,D], keys [N,D], bank [K,D]; pairs I64 [N,s,2] with pair-weights F32 \
      [N,s], query-pairs I64 [N,t] with query-weights F32 [N,t], all indices of bank rows; s and t \
      may be 0. Gradients: queries (default).
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.2

  @OptionGroup(title: "Negatives") package var falseNegatives: FalseNegativeOptions
  @OptionGroup(title: "Negatives") package var ring: RingOption
  @OptionGroup(title: "Negatives") package var hardness: HardnessOptions

  package init() {}

  package var parameters: [String: JSONValue] {
    ["temperature": .number(temperature)].merging(
      [falseNegatives.parameters, ring.parameters, hardness.parameters].joined()
    ) { $1 }
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws -> Evaluation<MoCHi> {
    let pairs = try inputs.integers("pairs", axes: 3)
    let pairWeights = try inputs.weights("pair-weights")
    let queryPairs = try inputs.integers("query-pairs", axes: 2)
    let queryWeights = try inputs.weights("query-weights")
    guard pairs.shape == [pairWeights.rows, pairWeights.columns, 2] else {
      throw ContrastiveError.shape(
        argument: "pair-weights", found: pairWeights.shape,
        expected: "\(pairs.shape.dropLast()), one for each of the pairs, which are \(pairs.shape)")
    }
    guard queryPairs.shape == [queryWeights.rows, queryWeights.columns] else {
      throw ContrastiveError.shape(
        argument: "query-weights", found: queryWeights.shape,
        expected: "\(queryPairs.shape), the shape of query-pairs")
    }
    let queries = try inputs.embeddings("queries")
    let bank = try inputs.embeddings("bank")
    let negatives = try Negatives(
      pairs: inputs.pairs(rows: queries.rows, columns: bank.rows),
      falseNegatives: falseNegatives.value(&inputs), ring: ring.value(inputs),
      hardness: hardness.value())
    return try MoCHi(temperature: temperature, negatives: negatives).evaluate(
      queries: queries, keys: inputs.embeddings("keys"), bank: bank,
      mixes: NegativeMixes(
        pairs: pairs.values, pairWeights: pairWeights, queryPairs: queryPairs.values,
        queryWeights: queryWeights),
      gradients: gradients, workers: workers)
  }
}
