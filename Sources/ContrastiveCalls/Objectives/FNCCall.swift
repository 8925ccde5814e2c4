import Contrastive
import ContrastiveTensors

/// `fnc`.
package struct FNCCall: ObjectiveCall {
  package static let method = "fnc"
  package static let summary =
    "False negative cancellation: likely false negatives are attracted or excluded."
  package static let help = """
    Tensors: embeddings [V,N,D], V at least 2; support [V,N,D] and bank [K,D] (optional, \
    together). Gradients: embeddings.
    """

  private let temperature: Double
  private let search: FalseNegatives
  private let mode: FNC.Mode
  private let ring: RingChoice?
  private let mixing: Mixing?
  private let hardness: HardNegativeWeights?

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.1, "Softmax temperature.")
    let topK = try options.integer("top-k", default: 10, "False negatives an image has at most.")
    let threshold = try options.value(
      "threshold", default: ScoreThreshold(number: 0.7),
      "What the score of a false negative must be above, or none.")
    let aggregate = try options.choice(
      "aggregate", default: FalseNegatives.Aggregate.max,
      "How the similarities of an image's views become a score: max or mean.")
    search = try FalseNegatives(topK: topK, threshold: threshold.number, aggregate: aggregate)
    mode = try options.choice(
      "mode", default: .attract, "What becomes of false negatives: attract, eliminate or none.")
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
        ring: ring?.value(inputs, rows: embeddings.rows.rows), mixing: mixing, hardness: hardness))
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

/// A number, or the word none.
private struct ScoreThreshold: OptionValue {
  let number: Double?

  static var expected: String { "a number, or none" }

  init(number: Double?) { self.number = number }

  init?(_ json: JSONValue) {
    guard json.number != nil || json.string == "none" else { return nil }
    number = json.number
  }

  init?(argument: String) {
    number = Double(argument)
    guard number != nil || argument == "none" else { return nil }
  }

  var json: JSONValue { number.map(JSONValue.number) ?? .text("none") }
  var description: String { number.map { "\($0)" } ?? "none" }
}
