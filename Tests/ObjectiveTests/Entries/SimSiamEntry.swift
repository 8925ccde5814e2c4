import ContrastiveCommand
import ContrastiveFiles
import _Reference

enum SimSiamEntry: ObjectiveEntry {
  static let temperatureOption: String? = nil

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    try Draw.predictionPairs(size, seed: seed)
  }

  static func reference(_ method: SimSiamLoss, _ inputs: ReferenceInputs) throws -> ReferenceResult
  {
    referenceSimSiam(
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

extension Draw {
  /// Predictions of every length near their targets, and very near them.
  static func predictionPairs(_ size: Int, seed: UInt64) throws -> [Problem] {
    try [Float(1.3), 1e-3].map { noise in
      let projections1 = try embeddings(size, 24, seed: seed)
      let projections2 = try embeddings(size, 24, seed: seed + 1)
      var predictions1 = try near(projections2, noise: noise, seed: seed + 2)
      predictions1.scaleRows { 1 + Float($0 % 7) }
      let predictions2 = try near(projections1, noise: noise, seed: seed + 3)
      return Problem([
        "predictions1": Tensor(predictions1), "predictions2": Tensor(predictions2),
        "projections1": Tensor(projections1), "projections2": Tensor(projections2),
      ])
    }
  }
}
