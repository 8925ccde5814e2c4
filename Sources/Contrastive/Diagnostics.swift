/// What the engine runs on, and whether it works.
public enum Diagnostics {
  /// OpenBLAS's description of its build.
  package static var blasConfiguration: String { BLAS.configuration }
  /// The processor family whose BLAS kernels run.
  package static var blasCore: String { BLAS.core }
  /// How the BLAS was built to run threads; the engine holds it to one.
  package static var blasThreading: String { BLAS.threading }
  /// The instruction set of the row kernels in use.
  package static var rowKernels: String { RowKernels.best.name }
  /// Every instruction set of row kernels this processor can run.
  package static var availableRowKernels: [String] { RowKernels.available.map(\.name) }

  /// What is slower than it could be in the BLAS, or known for errors, each in one sentence.
  package static var blasWeaknesses: [String] { BLAS.weaknesses }

  /// Checks that a large product keeps no more processors busy than the one it is called on; to be
  /// called while nothing else runs in the process.
  ///
  /// - Throws: `ContrastiveError.blas` when it does: then the BLAS ignores that it is held to one
  ///   thread, and results depend on how many it runs.
  package static func checkBLASThreads() throws(ContrastiveError) {
    try BLAS.prepare()
    // The least of several, as other threads of the process may have had work.
    var busy = Double.infinity
    for _ in 0..<12 where busy > 1.5 { busy = min(busy, BLAS.busyProcessors) }
    guard busy > 1.5 else { return }
    throw .blas(
      configuration: blasConfiguration,
      problem: "keeps \((busy * 10).rounded() / 10) processors busy after being asked for one "
        + "thread, expected a build that obeys")
  }

  /// Multiplies matrices from two threads at once and compares with what must come out.
  ///
  /// - Parameters:
  ///   - product: what multiplies.
  ///   - rounds: how often to go through the shapes.
  /// - Throws: `ContrastiveError.blas` when a product is wrong.
  package static func check(
    _ product: MatrixProduct, rounds: Int = 1
  ) throws(ContrastiveError) {
    try product.selfCheck(rounds: rounds)
  }

  /// The instruction set of the product of codes.
  package static var codeKernels: String { CodeProduct.best.name }

  /// What is wrong with it, if anything is: searches do then without.
  package static var codeFault: String? { CodeProduct.faultOfBest }

  /// Billions of floating-point operations a second of one thread that multiplies tiles of
  /// embeddings, measured with one product after the other, of those that the processor has
  /// instructions for.
  ///
  /// - Returns: the rates.
  /// - Throws: `ContrastiveError.blas` when the BLAS cannot be used.
  package static func productRates() throws(ContrastiveError) -> [MatrixProduct: Double] {
    try MatrixProduct.rates()
  }

  /// The instruction set of the packed product in Float32.
  package static var packedKernels: String { PackedProduct.fused.name }

  /// Most bytes of scratch held at once since `resetPeakScratch()`.
  public static var peakScratchBytes: Int { Scratch.peakBytes }

  /// Starts a new measurement of `peakScratchBytes`.
  public static func resetPeakScratch() { Scratch.resetPeak() }
}
