import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum SigLIPEntry: ObjectiveEntry {
  static let name = "siglip"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    let tensors = try bankTensors(size, bankRows: 1, seed: seed).filter { $0.key != "bank" }
    return [Problem(tensors)]
      + ["-1.5", "0", "5"].map { Problem(tensors, ["bias": $0]) }
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> SigLIP {
    try SigLIP(
      temperature: options.number("temperature") ?? SigLIP().temperature,
      bias: options.number("bias") ?? SigLIP().bias)
  }

  static func inputs(_ tensors: InputTensors) throws -> SigLIP.Inputs {
    try (tensors.embeddings("queries"), tensors.embeddings("keys"))
  }

  static func reference(_ objective: SigLIP, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceSigLIP(
      queries: inputs["queries"], keys: inputs["keys"], temperature: objective.temperature,
      bias: objective.bias)
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    let problem = try problems(size: 2, seed: 1)[0]
    return ["nan", "inf", "-1e+31"].map {
      (
        problem.with(options: ["bias": $0]),
        .parameter(name: "bias", found: $0, expected: "a finite number")
      )
    }
  }
}
