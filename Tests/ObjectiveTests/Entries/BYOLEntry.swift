import Contrastive
import _Reference

enum BYOLEntry: ObjectiveEntry {
  static let name = "byol"
  static let hasTemperature = false

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    try predictionPairs(size, seed: seed)
  }

  static func objective(_ options: Options, _ tensors: InputTensors) -> BYOL { BYOL() }

  static func inputs(_ tensors: InputTensors) throws -> PredictionInputs {
    try tensors.predictionPair()
  }

  static func reference(_ objective: BYOL, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceBYOL(
      predictions1: inputs["predictions1"], predictions2: inputs["predictions2"],
      projections1: inputs["projections1"], projections2: inputs["projections2"])
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    try predictionRefusals()
  }
}
