import ArgumentParser
import Contrastive

/// A named piece of work and the product of matrices it is compared with.
struct Workload {
  enum Name: String, CaseIterable, ExpressibleByArgument {
    case sgemm
    case infonceBank = "infonce-bank"
    case ntXent = "nt-xent"
    case infonceBatch = "infonce-batch"
    case sce
    case ressl
    case supcon
    case hcl
    case fnc
    case swav
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
    case .infonceBank, .sce, .ressl: return try bankLoss(name, threads: threads)
    case .ntXent, .infonceBatch, .supcon, .hcl, .fnc, .swav:
      return try batchLoss(name, threads: threads)
    case .kMeans, .kMeansWarm: return try kMeans(name, threads: threads)
    case .sinkhorn: return try sinkhorn(threads: threads)
    }
  }
}

extension Duration {
  fileprivate var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}
