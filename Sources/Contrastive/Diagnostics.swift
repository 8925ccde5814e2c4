/// What the engine runs on, and whether it works.
public enum Diagnostics {
  /// OpenBLAS's description of its build.
  public static var blasConfiguration: String { BLAS.configuration }
  /// The processor family whose BLAS kernels run.
  public static var blasCore: String { BLAS.core }
  /// How the BLAS was built to run threads; the engine holds it to one.
  public static var blasThreading: String { BLAS.threading }
  /// The instruction set of the row kernels in use.
  public static var rowKernels: String { RowKernels.best.name }
  /// Every instruction set of row kernels this processor can run.
  public static var availableRowKernels: [String] { RowKernels.available.map(\.name) }

  /// Multiplies small matrices from two threads at once and compares with plain loops.
  ///
  /// - Parameter rounds: how often to go through the shapes.
  /// - Throws: `ContrastiveError.blas` when a product is wrong.
  public static func checkBLAS(rounds: Int = 1) throws(ContrastiveError) {
    try check(.blas, rounds: rounds)
  }

  /// The same with another product.
  ///
  /// - Parameters:
  ///   - product: what multiplies.
  ///   - rounds: how often to go through the shapes.
  /// - Throws: `ContrastiveError.blas` when a product is wrong.
  public static func check(
    _ product: MatrixProduct, rounds: Int = 1
  ) throws(ContrastiveError) {
    try product.selfCheck(rounds: rounds)
  }

  /// Billions of floating-point operations a second of one thread that multiplies tiles of
  /// embeddings, measured with both products in turn.
  ///
  /// - Returns: the rates.
  /// - Throws: `ContrastiveError.blas` when the BLAS cannot be used.
  public static func productRates() throws(ContrastiveError) -> [MatrixProduct: Double] {
    try MatrixProduct.rates()
  }

  /// The instruction set of the packed product in Float32.
  public static var packedKernels: String { PackedProduct.best.name }

  /// Most bytes of scratch held at once since `resetPeakScratch()`.
  public static var peakScratchBytes: Int { Scratch.peakBytes }

  /// Starts a new measurement of `peakScratchBytes`.
  public static func resetPeakScratch() { Scratch.resetPeak() }
}
