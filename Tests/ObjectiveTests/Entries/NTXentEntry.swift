import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

enum NTXentEntry: ObjectiveEntry {
  static let name = "nt-xent"

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    [Problem(try viewPair(size, noise: 0.8, seed: seed))]
  }

  static func objective(_ options: Options, _ tensors: InputTensors) throws -> NTXent {
    try NTXent(temperature: options.number("temperature") ?? NTXent().temperature)
  }

  static func inputs(_ tensors: InputTensors) throws -> NTXent.Inputs { try tensors.viewPair() }

  static func reference(_ objective: NTXent, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceNTXent(
      view1: inputs["view1"], view2: inputs["view2"], temperature: objective.temperature)
  }
}

/// Two views of the same images.
func viewPair(_ size: Int, noise: Float, seed: UInt64) throws -> [String: Tensor] {
  let view1 = try TestData.embeddings(size, 24, seed: seed)
  let view2 = try TestData.near(view1, noise: noise, seed: seed + 1)
  return ["view1": Tensor(view1), "view2": Tensor(view2)]
}

extension InputTensors {
  func viewPair() throws -> (view1: Matrix, view2: Matrix) {
    try (embeddings("view1"), embeddings("view2"))
  }
}

/// What an objective says that needs two images.
let oneImage = ContrastiveError.shape(
  argument: "view1", found: "[1 × 24]", expected: "at least 2 rows")
