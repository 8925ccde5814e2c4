import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss looc`.
package struct LooCLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "looc",
    abstract: "LooC: a space for each augmentation that must not be forgotten.",
    discussion: """
      Tensors: queries [B,S,D], keys [B,S,S,D] (image, view, space), bank [S,K,D]. In spaces 1 and \
      up the other views of the same image are negatives. Gradients: queries (default).
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Softmax temperature.")
  package var temperature: Double = 0.2

  @OptionGroup(title: "Negatives") package var negatives: NegativeOptions

  package init() {}

  package var parameters: [String: JSONValue] {
    ["temperature": .number(temperature)].merging(negatives.parameters) { $1 }
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws -> Evaluation<LooC> {
    let queries = try inputs.embeddings("queries", axes: 3)
    let keys = try inputs.embeddings("keys", axes: 4)
    let bank = try inputs.embeddings("bank", axes: 3)
    let (spaces, rows) = (bank.shape[0], bank.shape[1])
    let images = queries.shape[0]
    guard queries.shape[1] == spaces else {
      throw ContrastiveError.shape(
        argument: "queries", found: "\(queries.shape)",
        expected: "[B, \(spaces), D]: a space for each bank")
    }
    guard keys.shape == [images, spaces, spaces, queries.shape[2]] else {
      throw ContrastiveError.shape(
        argument: "keys", found: "\(keys.shape)",
        expected: "[\(images), \(spaces), \(spaces), \(queries.shape[2])]")
    }
    let negatives = try negatives.value(
      &inputs, rows: queries.rows.rows, columns: rows)
    return try LooC(temperature: temperature, negatives: negatives).evaluate(
      queries: queries.rows, keys: keys.rows,
      banks: (0..<spaces).map { bank.rows.rows(($0 * rows)..<(($0 + 1) * rows)) },
      gradients: gradients, workers: workers)
  }
}
