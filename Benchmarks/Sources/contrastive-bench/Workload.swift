import ArgumentParser
import CBLAS
import Contrastive

/// A named piece of work and the product of matrices it is compared with.
struct Workload {
  enum Name: String, CaseIterable, ExpressibleByArgument {
    case sgemm
    case infonceBank = "infonce-bank"
    case ntXent = "nt-xent"
    case sce
    case kMeans = "kmeans"
    case kMeansWarm = "kmeans-warm"
    case sinkhorn
  }

  let name: Name
  let shape: String
  let threads: Int
  /// Floating-point operations of one run.
  let operations: Double
  /// The same number of operations by OpenBLAS's own threads.
  let sgemm: () -> Void
  let run: () throws -> Void

  /// One warm-up, then the workload and sgemm in turn.
  func measure(runs: Int) throws -> Measurement {
    try run()
    sgemm()
    Diagnostics.resetPeakScratch()
    try run()
    let scratch = Diagnostics.peakScratchBytes
    let clock = ContinuousClock()
    var times: [Double] = []
    var sgemmTimes: [Double] = []
    for _ in 0..<runs {
      times.append(try clock.measure { try run() }.milliseconds)
      sgemmTimes.append(clock.measure { sgemm() }.milliseconds)
    }
    return Measurement(
      workload: name.rawValue, shape: shape, threads: threads, times: times,
      sgemmTimes: sgemmTimes, operations: operations, peakScratchBytes: scratch)
  }

  static func make(_ name: Name, threads: Int) throws -> Workload {
    switch name {
    case .sgemm:
      let product = Product(rows: 256, columns: 65_536, depth: 128, threads: threads)
      return Workload(
        name: name, shape: "256x65536x128", threads: threads, operations: product.operations,
        sgemm: product.run, run: product.run)
    case .infonceBank: return try infonceBank(threads: threads)
    case .ntXent: return try ntXent(threads: threads)
    case .sce: return try sce(threads: threads)
    case .kMeans, .kMeansWarm: return try kMeans(name, threads: threads)
    case .sinkhorn: return try sinkhorn(threads: threads)
    }
  }

  /// Value and query gradient of 256 queries against a bank of 65,536 rows: two products.
  private static func infonceBank(threads: Int) throws -> Workload {
    let (rows, bankRows, dimension) = (256, 65_536, 128)
    let queries = try unitRows(rows, dimension, seed: 1)
    let keys = try unitRows(rows, dimension, seed: 2)
    let bank = try unitRows(bankRows, dimension, seed: 3)
    let objective = try InfoNCE()
    let workers = try Workers(count: threads)
    let forward = Product(rows: rows, columns: bankRows, depth: dimension, threads: threads)
    let backward = Product(rows: rows, columns: dimension, depth: bankRows, threads: threads)
    return Workload(
      name: .infonceBank, shape: "\(rows)x\(bankRows)x\(dimension)", threads: threads,
      operations: forward.operations + backward.operations,
      sgemm: {
        forward.run()
        backward.run()
      },
      run: {
        let result = try objective.evaluate(
          queries: queries, keys: keys, bank: bank, workers: workers)
        precondition(result.loss.isFinite)
      })
  }

  /// Value and both gradients of 8,192 rows: two half products and a whole one.
  private static func ntXent(threads: Int) throws -> Workload {
    let (images, dimension) = (4_096, 128)
    let view1 = try unitRows(images, dimension, seed: 1)
    let view2 = try unitRows(images, dimension, seed: 2)
    let objective = try NTXent()
    let workers = try Workers(count: threads)
    let product = Product(
      rows: 2 * images, columns: 2 * images, depth: dimension, threads: threads)
    return Workload(
      name: .ntXent, shape: "\(2 * images)x\(dimension)", threads: threads,
      operations: 2 * product.operations,
      sgemm: {
        product.run()
        product.run()
      },
      run: {
        let result = try objective.evaluate(view1: view1, view2: view2, workers: workers)
        precondition(result.loss.isFinite)
      })
  }

  /// Value and query gradient of 256 queries and their keys against 65,536 rows: four products.
  private static func sce(threads: Int) throws -> Workload {
    let (rows, bankRows, dimension) = (256, 65_536, 128)
    let queries = try unitRows(rows, dimension, seed: 1)
    let keys = try unitRows(rows, dimension, seed: 2)
    let bank = try unitRows(bankRows, dimension, seed: 3)
    let objective = try SCE()
    let workers = try Workers(count: threads)
    let forward = Product(rows: 2 * rows, columns: bankRows, depth: dimension, threads: threads)
    let backward = Product(rows: 2 * rows, columns: dimension, depth: bankRows, threads: threads)
    return Workload(
      name: .sce, shape: "\(rows)x\(bankRows)x\(dimension)", threads: threads,
      operations: forward.operations + backward.operations,
      sgemm: {
        forward.run()
        backward.run()
      },
      run: {
        let result = try objective.evaluate(
          queries: queries, keys: keys, bank: bank, workers: workers)
        precondition(result.loss.isFinite)
      })
  }

  private static func unitRows(_ rows: Int, _ columns: Int, seed: UInt64) throws -> Matrix {
    var random = CounterRandom(seed: seed)
    let values = (0..<(rows * columns)).map { _ in random.uniform(-1, 1) }
    return try Matrix(rows: rows, columns: columns, values: values).normalized().rows
  }
}

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

extension Duration {
  fileprivate var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}
