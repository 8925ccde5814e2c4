import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

/// Queries, keys and a bank of `bankRows` rows.
func bankTensors(_ size: Int, bankRows: Int, seed: UInt64) throws -> [String: Tensor] {
  let queries = try TestData.embeddings(size, 24, seed: seed)
  return [
    "queries": Tensor(queries),
    "keys": Tensor(try TestData.near(queries, noise: 0.8, seed: seed + 1)),
    "bank": Tensor(try TestData.embeddings(bankRows, 24, seed: seed + 2)),
  ]
}

/// A clustering whose prototypes are near some of the queries and shared by several.
func clustering(
  _ level: Int, size: Int, clusters: Int, negatives: Int, seed: UInt64
) throws -> [String: Tensor] {
  let salt = seed + UInt64(level)
  return [
    "centroids.\(level)": Tensor(try TestData.embeddings(clusters, 24, seed: salt)),
    "concentrations.\(level)": Tensor(
      .float32(TestData.numbers(clusters, in: 0.1..<0.4, seed: salt))),
    "assignments.\(level)": .integers(size, below: clusters, seed: salt + 7),
    "negatives.\(level)": .integers(negatives, below: clusters, seed: salt + 17),
  ]
}

/// Ones and zeros, a third of them zero, and rows without a one.
func mask(_ rows: Int, _ columns: Int, seed: UInt64) throws -> Tensor {
  let draws = TestData.integers(rows * columns, below: 3, seed: seed)
  let values = draws.enumerated().map { position, draw in
    draw == 0 || position / max(1, columns) % 4 == 3 ? UInt8(0) : 1
  }
  return try Tensor(shape: [rows, columns], elements: .uint8(values))
}

extension InputTensors {
  /// Queries, keys and the bank.
  func bankProblem() throws -> (queries: Matrix, keys: Matrix, bank: any Bank) {
    try (embeddings("queries"), embeddings("keys"), embeddings("bank"))
  }

  /// The clusterings of a problem.
  func clusterings() throws -> [PrototypeTargets] {
    var found: [PrototypeTargets] = []
    while has("centroids.\(found.count)") {
      let level = found.count
      found.append(
        try PrototypeTargets(
          centroids: matrix("centroids.\(level)"),
          concentrations: numbers("concentrations.\(level)"),
          assignments: integers("assignments.\(level)"),
          negatives: integers("negatives.\(level)"), level: level))
    }
    return found
  }
}

extension ReferenceInputs {
  /// The clusterings of a problem.
  var clusterings: [ReferencePrototypes] {
    var found: [ReferencePrototypes] = []
    while let centroids = rows["centroids.\(found.count)"] {
      let level = found.count
      found.append(
        ReferencePrototypes(
          centroids: centroids, concentrations: self["concentrations.\(level)"].flatMap(\.self),
          assignments: integers["assignments.\(level)", default: []],
          negatives: integers["negatives.\(level)", default: []]))
    }
    return found
  }
}

/// What is said of a NaN or an infinity where there are prototypes.
func prototypeRefusal(
  of element: String, at position: Int, in name: String, shape: [Int]
) -> ContrastiveError {
  if name.hasPrefix("concentrations") {
    return .index(
      argument: name, position: position, found: element, expected: "a number from 1e-6 to 1e6")
  }
  let (row, column) = position.quotientAndRemainder(dividingBy: shape.last ?? 1)
  return .nonFinite(argument: name, row: row, column: column, found: element)
}
