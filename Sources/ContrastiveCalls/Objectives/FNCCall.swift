import Contrastive
import ContrastiveTensors

/// `fnc`: embeddings [V,N,D]; support [V,N,D] and bank [K,D] (optional, together).
package struct FNCCall: ObjectiveCall {
  package static let method = "fnc"

  private let temperature: Double
  private let search: FalseNegatives
  private let mode: FNC.Mode
  private let ring: RingChoice?
  private let mixing: Mixing?
  private let hardness: HardNegativeWeights?

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.1)
    let topK = try options.integer("top-k", default: 10)
    let threshold = try options.threshold()
    search = try FalseNegatives(
      topK: topK, threshold: threshold,
      aggregate: options.choice("aggregate", default: .max))
    mode = try options.choice("mode", default: .attract)
    ring = try RingChoice(&options)
    mixing = try Mixing(&options)
    hardness = try HardNegativeWeights(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<FNC.Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<FNC> {
    let embeddings = try inputs.embeddings("embeddings", axes: 3)
    let bank = try inputs.embeddingsIfPresent("bank")
    let objective = try FNC(
      temperature: temperature, search: search, mode: mode,
      negatives: Negatives(
        pairs: inputs.pairs(
          rows: embeddings.rows.rows, columns: embeddings.rows.rows + (bank?.rows ?? 0)),
        ring: ring?.value(inputs), mixing: mixing, hardness: hardness))
    guard inputs.has("support") || bank != nil else {
      return try objective.evaluate(
        embeddings: embeddings.rows, views: embeddings.shape[0], gradients: gradients,
        workers: workers)
    }
    let support = try inputs.embeddings("support", axes: 3)
    guard support.shape == embeddings.shape else {
      throw .shape(
        argument: "support", found: "\(support.shape)",
        expected: "\(embeddings.shape), the shape of embeddings")
    }
    let columns = if let bank { bank } else { try inputs.embeddings("bank") }
    return try objective.evaluate(
      embeddings: embeddings.rows, views: embeddings.shape[0], support: support.rows,
      bank: columns, gradients: gradients, workers: workers)
  }
}

extension CallOptions {
  /// `threshold`: a number, or none.
  fileprivate mutating func threshold() throws(ContrastiveError) -> Double? {
    // No number for none.
    let found = try value("threshold", "a number, or none") { (value: JSONValue) -> [Double]? in
      value.string == "none" ? [] : value.number.map { [$0] }
    }
    let settled = (found ?? [0.7]).first
    note("threshold", settled.map(JSONValue.number) ?? .text("none"))
    return settled
  }
}
