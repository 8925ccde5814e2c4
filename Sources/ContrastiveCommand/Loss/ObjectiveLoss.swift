import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveCore
import ContrastiveFiles
import ContrastiveTensors

/// `contrastive loss METHOD`: one objective as it is called by names.
package struct ObjectiveLoss<Call: ObjectiveCall>: ZeroRowsCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: Call.method, abstract: Call.summary,
      discussion: """
        \(Call.help)

        Example:
          contrastive loss \(Call.method) --input batch.safetensors --output out.safetensors
        """)
  }

  @OptionGroup var files: LossFiles
  @OptionGroup var own: DescribedOptions<Call, OwnSection>
  @OptionGroup(title: "Negatives") var negatives: DescribedOptions<Call, NegativesSection>

  package init() {}

  /// The options of the call.
  package var options: [String: JSONValue] { own.values.merging(negatives.values) { $1 } }

  /// `--zero-rows`.
  package var zeroRows: ZeroRows { files.zeroRows }

  /// Reads the inputs, evaluates, writes the outputs and prints the report.
  package func run() throws {
    let gradients = try files.gradients(of: Call.Method.self)
    guard !files.rows || Call.isMeanOfRows else {
      throw ValidationError("--rows: the value of \(Call.method) is no mean of rows")
    }
    let file = try OutputFile(files.output, format: .safetensors, inputs: [files.input])
    let outcome = try Call.run(
      files.source, options: options, normalizes: files.normalize, zeroRows: files.zeroRows,
      precision: files.precision, gradients: gradients,
      workers: files.parallel.workers.keepingOwnRows)
    var tensors = [SavedTensor("loss", Tensor(.float64([outcome.loss])))]
    for (name, gradient) in outcome.gradients.sorted(by: { $0.key < $1.key }) {
      tensors.append(gradient.saved(as: "gradient.\(name)"))
    }
    for (name, slope) in outcome.scalars {
      tensors.append(SavedTensor("gradient.\(name)", Tensor(.float64([slope]))))
    }
    if files.rows, let losses = outcome.losses {
      tensors.append(SavedTensor("losses", Tensor(.float64(losses))))
    }
    try file.write(tensors)
    try Standard.json(outcome, beside: [file])
  }
}

extension CallOutcome.Gradient {
  /// The gradient as a tensor of its input's shape, of whose rows every process may have some.
  fileprivate func saved(as name: String) -> SavedTensor {
    SavedTensor(name, .float32, shape: shape) { writer throws(ContrastiveError) in
      if let rows, let job = Job.processes {
        return try job.write(values, rows: rows, of: shape[0], to: writer)
      }
      try values.withUnsafeBufferPointer { values throws(ContrastiveError) in
        try writer.write(UnsafeRawBufferPointer(values))
      }
    }
  }
}
