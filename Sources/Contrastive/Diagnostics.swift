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

  /// Multiplies small matrices from two threads at once and compares with plain loops.
  ///
  /// - Parameter rounds: how often to go through the shapes.
  /// - Throws: `ContrastiveError.blas` when a product is wrong.
  package static func checkBLAS(rounds: Int = 1) throws(ContrastiveError) {
    try BLAS.selfCheck(rounds: rounds)
  }

  /// Most bytes of scratch held at once since `resetPeakScratch()`.
  public static var peakScratchBytes: Int { Scratch.peakBytes }

  /// Starts a new measurement of `peakScratchBytes`.
  public static func resetPeakScratch() { Scratch.resetPeak() }
}
