import Contrastive
import ContrastiveFiles

/// Seeded rows of unit length.
func unitRows(_ rows: Int, _ columns: Int, seed: UInt64) throws -> Tensor {
  var random = CounterRandom(seed: seed)
  let values = (0..<(rows * columns)).map { _ in random.uniform(-1, 1) }
  return Tensor(try Matrix(rows: rows, columns: columns, values: values).normalized().rows)
}

/// Seeded whole numbers below a limit.
func drawnIndices(_ count: Int, below limit: Int, seed: UInt64) -> Tensor {
  var random = CounterRandom(seed: seed)
  let numbers = (0..<count).map { _ in Int64(Int.random(in: 0..<limit, using: &random)) }
  return Tensor(.int64(numbers))
}
