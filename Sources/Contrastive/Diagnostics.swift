/// What the engine holds, and whether it works.
public enum Diagnostics {
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
      configuration: BLAS.configuration,
      problem: "keeps \((busy * 10).rounded() / 10) processors busy after being asked for one "
        + "thread, expected a build that obeys")
  }

  /// Most bytes of scratch held at once since `resetPeakScratch()`.
  public static var peakScratchBytes: Int { Scratch.peakBytes }

  /// Starts a new measurement of `peakScratchBytes`.
  public static func resetPeakScratch() { Scratch.resetPeak() }
}
