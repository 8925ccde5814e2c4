import BenchmarkBLAS
import Contrastive
import ContrastiveFiles
import Dispatch

extension Workload {
  /// The product of two matrices by BLAS.
  static let products: [Workload] = [(256, 65_536, 128), (2_048, 2_048, 2_048)].map { shape in
    let (rows, columns, depth) = shape
    return Workload(
      name: "sgemm", size: "\(rows)x\(columns)x\(depth)",
      operations: 2 * Double(rows) * Double(columns) * Double(depth),
      inputs: {
        ["a": try unitRows(rows, depth, seed: 1), "b": try unitRows(columns, depth, seed: 2)]
      },
      prepare: { inputs, workers in
        let product = Product(
          try inputs.floats("a"), try inputs.floats("b"), depth: depth, workers: workers)
        return {
          product.run()
          return Outcome()
        }
      })
  }
}

/// C = A · Bᵀ, its rows shared among single-threaded calls of sgemm.
///
/// OpenBLAS's own threads are as fast, but go on spinning for some time and disturb what is timed
/// next.
final class Product {
  private let rows, columns, depth: Int
  private let pieces: Int
  private let a, b: [Float]
  private var c: [Float]

  init(_ a: [Float], _ b: [Float], depth: Int, workers: Workers) {
    (rows, columns) = (a.count / depth, b.count / depth)
    (self.a, self.b, self.depth) = (a, b, depth)
    pieces = min(workers.count, rows)
    c = [Float](repeating: 0, count: rows * columns)
  }

  func run() {
    openblas_set_num_threads(1)
    let (rows, columns, depth, pieces) = (rows, columns, depth, pieces)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          nonisolated(unsafe) let (a, b, c) = (a.baseAddress, b.baseAddress, c.baseAddress)
          DispatchQueue.concurrentPerform(iterations: pieces) { piece in
            guard let a, let b, let c else { return }
            let (first, end) = (rows * piece / pieces, rows * (piece + 1) / pieces)
            cblas_sgemm(
              CblasRowMajor, CblasNoTrans, CblasTrans, Int32(end - first), Int32(columns),
              Int32(depth), 1, a + first * depth, Int32(depth), b, Int32(depth), 0,
              c + first * columns, Int32(columns))
          }
        }
      }
    }
  }
}

/// The machine's rate of multiplying matrices, which other times are compared with.
struct Reference {
  private static let size = 1_536
  private let product: Product

  init(workers: Workers) throws {
    product = Product(
      try unitRows(Self.size, Self.size, seed: 8).float32s(argument: "a"),
      try unitRows(Self.size, Self.size, seed: 9).float32s(argument: "b"),
      depth: Self.size, workers: workers)
    product.run()
  }

  /// Milliseconds that `operations` take at the rate of one run now.
  func milliseconds(for operations: Double) -> Double {
    let time = ContinuousClock().measure { product.run() }.milliseconds
    let size = Double(Self.size)
    return time * operations / (2 * size * size * size)
  }
}
