import CBLAS
import Contrastive

/// C = A · B by OpenBLAS with its own threads.
final class Product {
  private let rows, columns, depth, threads: Int
  private let a, b: [Float]
  private var c: [Float]

  init(rows: Int, columns: Int, depth: Int, threads: Int) {
    (self.rows, self.columns, self.depth, self.threads) = (rows, columns, depth, threads)
    var random = CounterRandom(seed: 9)
    a = (0..<(rows * depth)).map { _ in random.uniform(-1, 1) }
    b = (0..<(depth * columns)).map { _ in random.uniform(-1, 1) }
    c = [Float](repeating: 0, count: rows * columns)
  }

  var operations: Double { 2 * Double(rows) * Double(columns) * Double(depth) }

  func run() {
    openblas_set_num_threads(Int32(threads))
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(depth), 1,
      a, Int32(depth), b, Int32(columns), 0, &c, Int32(columns))
    // The engine holds OpenBLAS to one thread.
    openblas_set_num_threads(1)
  }
}

/// Seeded rows of unit length.
func unitRows(_ rows: Int, _ columns: Int, seed: UInt64) throws -> Matrix {
  var random = CounterRandom(seed: seed)
  let values = (0..<(rows * columns)).map { _ in random.uniform(-1, 1) }
  return try Matrix(rows: rows, columns: columns, values: values).normalized().rows
}
