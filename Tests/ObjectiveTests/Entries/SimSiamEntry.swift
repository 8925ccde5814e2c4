import Contrastive
import ContrastiveFiles
import Testing
import _Reference
import _TestSupport

enum SimSiamEntry: ObjectiveEntry {
  static let name = "simsiam"
  static let hasTemperature = false

  static func problems(size: Int, seed: UInt64) throws -> [Problem] {
    try predictionPairs(size, seed: seed)
  }

  static func objective(_ options: Options, _ tensors: InputTensors) -> SimSiam { SimSiam() }

  static func inputs(_ tensors: InputTensors) throws -> PredictionInputs {
    try tensors.predictionPair()
  }

  static func reference(
    _ objective: SimSiam, _ inputs: ReferenceInputs
  ) throws -> ReferenceResult {
    referenceSimSiam(
      predictions1: inputs["predictions1"], predictions2: inputs["predictions2"],
      projections1: inputs["projections1"], projections2: inputs["projections2"])
  }

  static func refusals() throws -> [(problem: Problem, error: ContrastiveError)] {
    try predictionRefusals()
  }
}

/// Predictions of every length near their targets, and very near them.
func predictionPairs(_ size: Int, seed: UInt64) throws -> [Problem] {
  try [Float(1.3), 1e-3].map { noise in
    let projections1 = try TestData.embeddings(size, 24, seed: seed)
    let projections2 = try TestData.embeddings(size, 24, seed: seed + 1)
    var predictions1 = try TestData.near(projections2, noise: noise, seed: seed + 2)
    predictions1.scaleRows { 1 + Float($0 % 7) }
    let predictions2 = try TestData.near(projections1, noise: noise, seed: seed + 3)
    return Problem([
      "predictions1": Tensor(predictions1), "predictions2": Tensor(predictions2),
      "projections1": Tensor(projections1), "projections2": Tensor(projections2),
    ])
  }
}

/// A row of zeros has no direction.
func predictionRefusals() throws -> [(problem: Problem, error: ContrastiveError)] {
  let problem = try predictionPairs(3, seed: 1)[0]
  return try problem.tensors.keys.sorted().map { name in
    var rows = try #require(problem.tensors[name]).matrix()
    rows.scaleRows { $0 == 1 ? 0 : 1 }
    return (problem.with([name: Tensor(rows)]), .zeroNorm(argument: name, row: 1))
  }
}

extension InputTensors {
  /// As given: the cosine does not change when rows are normalized first.
  func predictionPair() throws -> PredictionInputs {
    try (
      matrix("predictions1"), matrix("predictions2"), matrix("projections1"),
      matrix("projections2")
    )
  }
}
