import Contrastive

/// `looc`.
package struct LooCCall: ObjectiveCall {
  package static let method = "looc"
  package static let summary = "LooC: a space for each augmentation that must not be forgotten."
  package static let help = """
    Tensors: queries [B,S,D], keys [B,S,S,D] (image, view, space), bank [S,K,D]. In spaces 1 and \
    up the other views of the same image are negatives. Gradients: queries (default).
    """

  private let temperature: Double
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.2, "Softmax temperature.")
    negatives = try NegativeChoice(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<QueryVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<LooC> {
    let queries = try inputs.embeddings("queries", axes: 3)
    let keys = try inputs.embeddings("keys", axes: 4)
    let bank = try inputs.embeddings("bank", axes: 3)
    let (spaces, rows) = (bank.shape[0], bank.shape[1])
    let images = queries.shape[0]
    guard queries.shape[1] == spaces else {
      throw .shape(
        argument: "queries", found: "\(queries.shape)",
        expected: "[B, \(spaces), D]: a space for each bank")
    }
    guard keys.shape == [images, spaces, spaces, queries.shape[2]] else {
      throw .shape(
        argument: "keys", found: "\(keys.shape)",
        expected: "[\(images), \(spaces), \(spaces), \(queries.shape[2])]")
    }
    let negatives = try negatives.value(&inputs, rows: queries.rows.rows, columns: rows)
    return try LooC(temperature: temperature, negatives: negatives).evaluate(
      queries: queries.rows, keys: keys.rows,
      banks: (0..<spaces).map { bank.rows.rows(($0 * rows)..<(($0 + 1) * rows)) },
      gradients: gradients, workers: workers)
  }
}
