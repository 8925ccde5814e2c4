import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive loss swav`.
package struct SwAVLoss: LossMethod {
  package static let configuration = CommandConfiguration(
    commandName: "swav",
    abstract: "SwAV: each view predicts the soft cluster code of another.",
    discussion: """
      Tensors: views [V,B,D], prototypes [P,D], queue [A,L,D] (optional; it and the prototypes are \
      never normalized). Codes come from the first A views, queue rows first. Gradients: views, \
      prototypes (both by default).
      """)

  @OptionGroup package var files: LossFiles

  @Option(help: "Divides the scores in the predictions.")
  package var temperature: Double = 0.1

  @Option(help: "Divides the scores in the codes.")
  package var epsilon: Double = 0.05

  @Option(help: "Sinkhorn's iterations; 0 only divides by the sum of all.")
  package var iterations: Int = 3

  @Option(help: "How many of the views give codes.")
  package var assignViews: Int = 2

  package init() {}

  package var parameters: [String: JSONValue] {
    [
      "temperature": .number(temperature), "epsilon": .number(epsilon),
      "iterations": .integer(iterations), "assign-views": .integer(assignViews),
    ]
  }

  package func evaluate(
    _ inputs: inout LossInputs, gradients: Set<SwAV.Variable>, workers: Workers
  ) throws -> Evaluation<SwAV> {
    let objective = try SwAV(
      temperature: temperature, sinkhorn: Sinkhorn(epsilon: Float(epsilon), iterations: iterations),
      assignedViews: assignViews)
    let views = try inputs.embeddings("views", axes: 3)
    let queue = inputs.has("queue") ? try inputs.file.tensor("queue") : nil
    if let queue, queue.shape.first != assignViews {
      throw ContrastiveError.shape(
        argument: "queue", found: queue.shapeText, expected: "[\(assignViews) × rows × dimension]")
    }
    return try objective.evaluate(
      views: views.rows, count: views.shape[0], prototypes: inputs.matrix("prototypes"),
      queue: queue?.matrices(argument: "queue") ?? [], gradients: gradients, workers: workers)
  }
}
