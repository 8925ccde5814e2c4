import Contrastive

/// `supcon`.
package struct SupConCall: ObjectiveCall {
  package static let method = "supcon"
  package static let summary =
    "Supervised contrastive loss: each row finds the rows of its own label."
  package static let help = """
    Tensors: embeddings [B,D], labels [B]. Gradients: embeddings (default), temperature.
    """

  private let temperature: Double
  private let baseTemperature: Double?
  private let variant: SupCon.Variant
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.07, "Softmax temperature.")
    baseTemperature = try options.number(
      "base-temperature", "The loss is multiplied by temperature / this constant.",
      otherwise: "not at all")
    variant = try options.choice(
      "variant", default: .outside, "The mean over the positives: out or in of the logarithm.")
    negatives = try NegativeChoice(&options)
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<SupCon.Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SupCon> {
    let embeddings = try inputs.embeddings("embeddings")
    let negatives = try negatives.value(
      &inputs, rows: embeddings.rows, columns: embeddings.rows)
    return try SupCon(
      temperature: temperature, baseTemperature: baseTemperature, variant: variant,
      negatives: negatives
    ).evaluate(
      embeddings: embeddings, labels: inputs.integers("labels"), gradients: gradients,
      workers: workers)
  }
}
