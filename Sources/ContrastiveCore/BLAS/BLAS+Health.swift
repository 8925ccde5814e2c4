import CBLAS
import CLibrary
import ContrastiveKernels

extension BLAS {
  /// What is wrong or slower than it could be, though products are right; each in one sentence.
  package static var weaknesses: [String] {
    [outdatedCore, faultyVersion, slowProducts].compactMap(\.self)
  }

  /// How many processors a large product keeps busy, the caller's included.
  ///
  /// More than about 1.5 means that the BLAS runs threads though it was asked for one, whatever it
  /// says of itself. To be called while nothing else runs in the process.
  package static var busyProcessors: Double {
    // Helpers that still spin would count.
    usleep(5_000)
    let matrix = [Float](repeating: 1, count: side * side)
    var product = matrix
    let start = (clock(CLOCK_PROCESS_CPUTIME_ID), clock(CLOCK_THREAD_CPUTIME_ID))
    repeat { multiply(matrix, &product) } while clock(CLOCK_THREAD_CPUTIME_ID) - start.1 < 0.03
    return (clock(CLOCK_PROCESS_CPUTIME_ID) - start.0)
      / (clock(CLOCK_THREAD_CPUTIME_ID) - start.1)
  }

  /// Speed of products on one thread, in 10⁹ operations a second.
  package static var gigaflops: Double {
    let matrix = [Float](repeating: 1, count: side * side)
    var product = matrix
    let times = (0..<7).map { _ in
      let start = clock(CLOCK_MONOTONIC)
      multiply(matrix, &product)
      return clock(CLOCK_MONOTONIC) - start
    }
    return 2 * Double(side * side * side) / (times.min() ?? 1) / 1e9
  }

  private static let side = 256

  private static func multiply(_ matrix: [Float], _ product: inout [Float]) {
    gemm(
      .plain, .transposed, rows: side, columns: side, depth: side, matrix, stride: side, matrix,
      stride: side, into: &product, stride: side)
  }

  private static func clock(_ kind: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(kind, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// Whether OpenBLAS runs kernels of an older processor than this one.
  private static var outdatedCore: String? {
    let name = core.lowercased()
    let newest = ["skylakex", "cooperlake", "sapphirerapids"]
    let kernels = RowKernels.available.map(\.name)
    if kernels.contains("avx512"), !newest.contains(name), !name.hasPrefix("zen4"),
      !name.hasPrefix("zen5")
    {
      return "slow BLAS: OpenBLAS runs the kernels of \(core), though this processor has AVX-512"
        + remedy
    }
    if kernels.contains("avx2"), !(newest + ["haswell", "zen"]).contains(name),
      !name.hasPrefix("zen")
    {
      return "slow BLAS: OpenBLAS runs the kernels of \(core), though this processor has AVX2"
        + remedy
    }
    return nil
  }

  private static let remedy = "; unset OPENBLAS_CORETYPE, or install a newer OpenBLAS"

  /// Releases whose threads are known to give wrong products (OpenBLAS pull request 5516).
  private static var faultyVersion: String? {
    let version = configuration.split(separator: " ").first { $0.first?.isNumber == true }
    guard let version, ["0.3.28", "0.3.29", "0.3.30"].contains(where: version.hasPrefix),
      openblas_get_parallel() == 1
    else { return nil }
    return "OpenBLAS \(version) is known for wrong products where several of its own threads work; "
      + "it is held to one here, other programs should use another release"
  }

  /// Whether products take longer than dot products would.
  private static var slowProducts: String? {
    let vector = [Float](repeating: 1, count: 1024)
    var sum = 0.0
    let times = (0..<7).map { _ in
      let start = clock(CLOCK_MONOTONIC)
      for _ in 0..<256 { sum += RowKernels.best.dot(vector, vector, count: vector.count) }
      return clock(CLOCK_MONOTONIC) - start
    }
    let rate = 2 * 256 * 1024 / (times.min() ?? 1) / 1e9
    let found = gigaflops
    guard sum > 0, found < rate else { return nil }
    func rounded(_ rate: Double) -> Double { (rate * 10).rounded() / 10 }
    return "slow BLAS: products run at \(rounded(found)) GFLOP/s on one thread, less than "
      + "dot products in Double, \(rounded(rate))"
  }
}
