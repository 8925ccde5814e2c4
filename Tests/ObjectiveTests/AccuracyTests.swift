import Contrastive
import Testing

/// Float32 against the Double definitions.
@Suite struct AccuracyTests {
  /// Awkward sizes: 1, 2, a prime, and around the tiles' 256, 384 and 512 rows and columns.
  static let sizes = [1, 2, 3, 17, 130, 255, 256, 257, 385, 512]

  /// Value within 2e-5 and gradients within 1e-4 of the largest, times 0.05/temperature below 0.05.
  @Test(arguments: Row.all, sizes) func agreesWithTheDefinition(_ row: Row, _ size: Int) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      guard size >= entry.smallestSize else { return }
      let temperatures: [Double] =
        !entry.hasTemperature
        ? [1] : size > 200 ? [0.5, 0.01] : [1, 0.5, 0.07, 0.01, 0.005]
      for (form, problem) in try entry.problems(size: size, seed: 1).enumerated() {
        for temperature in temperatures {
          try entry.expectAgreement(
            entry.at(temperature, problem), slack: max(1, 0.05 / temperature),
            "form \(form) at \(temperature)")
        }
      }
    }
    try check(row.entry)
  }

  /// Columns beyond one tile, and rows beyond several.
  @Test(arguments: Row.all) func agreesAcrossTiles(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for problem in try entry.problems(size: 531, seed: 2) {
        try entry.expectAgreement(entry.at(0.1, problem), slack: 1, "531 rows")
      }
    }
    try check(row.entry)
  }

  /// Rows of any length, divided by their norms first.
  @Test(arguments: Row.all) func agreesThroughNormalization(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for problem in try entry.problems(size: 11, seed: 3) {
        var scaled = problem.with(options: ["normalize": ""])
        scaled.tensors = try problem.tensors.mapValues { tensor in
          guard case .float32(let values) = tensor.elements, tensor.shape.count > 1 else {
            return tensor
          }
          return try .init(shape: tensor.shape, elements: .float32(values.map { 3 * $0 }))
        }
        try entry.expectAgreement(entry.at(0.2, scaled), slack: 1, "normalized")
      }
    }
    try check(row.entry)
  }
}
