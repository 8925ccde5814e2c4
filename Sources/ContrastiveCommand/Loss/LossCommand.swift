import ArgumentParser
import ContrastiveCalls

/// `contrastive loss METHOD`.
package struct LossCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "loss",
    abstract: "Compute an objective and its gradients from a safetensors file.",
    discussion: """
      Reads the tensors the method needs (embeddings F32, F64, F16 or BF16, row-major; indices and \
      labels I64; masks U8), writes `loss` (F64 [1]) and `gradient.NAME` for each gradient asked \
      for, and prints one JSON object: method, form, loss, parameters, tensors, gradients, and for \
      methods that select, selected. Rows are compared by dot products; --normalize makes these \
      cosines.

      Methods of InfoNCE's shape have options that choose negatives. For these the file may hold \
      support [V,N,D], the support embeddings of a search, and pair-terms I64 [n,2] (row, column) \
      with F32 [n] pair-term-weights (0 excludes the column) and, if they have a share of the \
      target, pair-term-targets: what single columns are to single rows. Shares are used as stated.

      Example:
        contrastive loss infonce --input batch.safetensors --output out.safetensors
      """,
    subcommands: ObjectiveCalls.all.map { command($0) })

  package init() {}

  private static func command<Call: ObjectiveCall>(_ call: Call.Type) -> any ParsableCommand.Type {
    ObjectiveLoss<Call>.self
  }
}
