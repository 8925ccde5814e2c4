import CBLAS
import ContrastiveKernels

/// OpenBLAS, held to one thread: the engine's own workers run the calls side by side.
package enum BLAS {
  /// Sets OpenBLAS to one thread, once, checks that it obeys, and that its products are right.
  ///
  /// An OpenMP build that ignores the request would start a team in every worker and lose the
  /// promise of same bits, so it is refused. So is a build with a wrong element in one of a few
  /// small products, and a wrong product of the package's own unless `CONTRASTIVE_PRODUCT` is
  /// `blas`; that takes about a millisecond each.
  package static func prepare() throws(ContrastiveError) {
    if let problem { throw .blas(configuration: configuration, problem: problem) }
  }

  private static let problem: String? = {
    contrastive_watch_forks()
    openblas_set_num_threads(1)
    let threads = openblas_get_num_threads()
    guard threads == 1 else {
      return "found \(threads) threads after asking for 1, expected a build that obeys"
    }
    if let fault = MatrixProduct.blas.firstFault { return fault }
    guard contrastive_kernels_are_optimized(), MatrixProduct.setting != "blas" else { return nil }
    for product in MatrixProduct.accelerated where product != .blas {
      if let fault = product.firstFault {
        return "\(fault); CONTRASTIVE_PRODUCT=blas does without it"
      }
    }
    return nil
  }()

  /// The build's own description, such as `OpenBLAS 0.3.21 … MAX_THREADS=64`.
  package static var configuration: String { text(openblas_get_config()) }

  /// The processor family whose kernels it runs.
  package static var core: String { text(openblas_get_corename()) }

  /// How it was built to run threads.
  package static var threading: String {
    switch openblas_get_parallel() {
    case 0: "sequential"
    case 1: "pthread"
    default: "OpenMP"
    }
  }

  private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    guard let pointer else { return "unknown" }
    var words = String(cString: pointer)[...]
    while words.last == " " { words.removeLast() }
    return String(words)
  }

  /// Whether an operand of a product is transposed.
  package enum Operation {
    case plain
    case transposed

    var cblas: CBLAS_TRANSPOSE { self == .plain ? CblasNoTrans : CblasTrans }
  }

  /// `C ← alpha · op(A) · op(B) + beta · C`, row-major, on the calling thread.
  ///
  /// `op(A)` is rows × depth, `op(B)` depth × columns. Strides are the distances between stored
  /// rows. `prepare()` must have been called.
  package static func gemm(
    _ operationA: Operation = .plain, _ operationB: Operation = .plain,
    rows: Int, columns: Int, depth: Int, alpha: Float = 1,
    _ a: UnsafePointer<Float>, stride aStride: Int,
    _ b: UnsafePointer<Float>, stride bStride: Int,
    beta: Float = 0, into c: UnsafeMutablePointer<Float>, stride cStride: Int
  ) {
    guard rows > 0, columns > 0 else { return }
    guard depth > 0 else {
      // Some BLAS builds leave C untouched, or worse, when there is nothing to sum.
      for row in 0..<rows {
        for column in 0..<columns {
          c[row * cStride + column] = beta == 0 ? 0 : beta * c[row * cStride + column]
        }
      }
      return
    }
    contrastive_enter_call()
    cblas_sgemm(
      CblasRowMajor, operationA.cblas, operationB.cblas, Int32(rows), Int32(columns), Int32(depth),
      alpha, a, Int32(aStride), b, Int32(bStride), beta, c, Int32(cStride))
    contrastive_leave_call()
  }
}
