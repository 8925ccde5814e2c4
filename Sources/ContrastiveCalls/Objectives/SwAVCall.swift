import Contrastive

/// `swav`.
package struct SwAVCall: ObjectiveCall {
  package static let method = "swav"
  package static let summary = "SwAV: each view predicts the soft cluster code of another."
  package static let help = """
    Tensors: views [V,B,D], prototypes [P,D], queue [A,L,D] (optional; it and the prototypes are \
    never normalized). Codes come from the first A views, queue rows first. Gradients: views, \
    prototypes (both by default).
    """
  package static let isMeanOfRows = false

  private let temperature: Double
  private let epsilon: Double
  private let iterations: Int
  private let assignedViews: Int

  package init(_ options: inout CallOptions) throws(ContrastiveError) {
    temperature = try options.number(
      "temperature", default: 0.1, "Divides the scores in the predictions.")
    epsilon = try options.number("epsilon", default: 0.05, "Divides the scores in the codes.")
    iterations = try options.integer(
      "iterations", default: 3, "Sinkhorn's iterations; 0 only divides by the sum of all.")
    assignedViews = try options.integer(
      "assign-views", default: 2, "How many of the views give codes.")
  }

  package func evaluate(
    _ inputs: inout CallInputs, gradients: Set<SwAV.Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SwAV> {
    let objective = try SwAV(
      temperature: temperature, sinkhorn: Sinkhorn(epsilon: Float(epsilon), iterations: iterations),
      assignedViews: assignedViews)
    let views = try inputs.embeddings("views", axes: 3)
    let queue = inputs.has("queue") ? try inputs.tensor("queue").tensor() : nil
    if let queue, queue.shape.first != assignedViews {
      throw .shape(
        argument: "queue", found: queue.shapeText,
        expected: "[\(assignedViews) × rows × dimension]")
    }
    return try objective.evaluate(
      views: views.rows, count: views.shape[0], prototypes: inputs.matrix("prototypes"),
      queue: queue?.matrices(argument: "queue") ?? [], gradients: gradients, workers: workers)
  }
}
