import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum BYOLEntry: ObjectiveEntry {
  static let temperatureOption: String? = nil

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    try Draw.predictionPairs(size, seed: seed)
  }

  static func reference(_ method: BYOLLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult {
    referenceBYOL(
      predictions1: inputs["predictions1"], predictions2: inputs["predictions2"],
      projections1: inputs["projections1"], projections2: inputs["projections2"])
  }

  static func refusals() throws -> [(problem: Problem, message: String)] {
    try problems(size: 3, seed: 1).map { problem in
      var broken = problem
      let zeros = [Float](repeating: 0, count: 3 * 24)
      broken.tensors["projections2"] = try Tensor(shape: [3, 24], elements: .float32(zeros))
      return (broken, "projections2")
    }
  }
}
