import Contrastive

/// `supcon`: embeddings [B,D], labels [B].
package struct SupConCall: ObjectiveCall {
  package static let method = "supcon"

  private let temperature: Double
  private let baseTemperature: Double?
  private let variant: SupCon.Variant
  private let negatives: NegativeChoice

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number("temperature", default: 0.07)
    baseTemperature = try options.number("base-temperature")
    options.note("base-temperature", .number(baseTemperature ?? temperature))
    variant = try options.choice("variant", default: .outside)
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
