import Contrastive
import ContrastiveFiles
import _Reference

extension Draw {
  /// Queries, keys and a bank of 2 · size + 1 rows.
  static func bankTensors(_ size: Int, seed: UInt64) throws -> [String: Tensor] {
    let queries = try embeddings(size, 24, seed: seed)
    return [
      "queries": Tensor(queries), "keys": Tensor(try near(queries, noise: 0.8, seed: seed + 1)),
      "bank": Tensor(try embeddings(2 * size + 1, 24, seed: seed + 2)),
    ]
  }

  /// A clustering whose prototypes are near some of the queries and shared by several.
  static func clustering(
    _ level: Int, size: Int, clusters: Int, negatives: Int, seed: UInt64
  ) throws -> [String: Tensor] {
    var random = CounterRandom(seed: seed, UInt64(level))
    let centroids = try embeddings(clusters, 24, seed: seed + UInt64(level))
    return [
      "centroids.\(level)": Tensor(centroids),
      "concentrations.\(level)": Tensor(
        .float32((0..<clusters).map { _ in random.uniform(0.1, 0.4) })),
      "assignments.\(level)": Tensor(
        .int64(integers(size, below: clusters, seed: seed + 7 + UInt64(level)))),
      "negatives.\(level)": Tensor(
        .int64(integers(negatives, below: clusters, seed: seed + 17 + UInt64(level)))),
    ]
  }

  /// Ones and zeros, a third of them zero, and rows without a one.
  static func mask(_ rows: Int, _ columns: Int, seed: UInt64) throws -> Tensor {
    let values = integers(rows * columns, below: 3, seed: seed).enumerated().map { position, draw in
      draw == 0 || position / max(1, columns) % 4 == 3 ? UInt8(0) : 1
    }
    return try Tensor(shape: [rows, columns], elements: .uint8(values))
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
