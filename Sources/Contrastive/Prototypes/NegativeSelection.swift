/// Selects negatives by a level of prototypes, as `HCSC` does: the likelier a candidate belongs to
/// a query's own prototype, the more often it is no negative.
///
/// With prototypes c and concentrations φ, candidate x is a negative of a query whose own prototype
/// is π with probability
/// ```
/// 1 − exp(⟨x, c_π⟩/φ_π) / Σ_m exp(⟨x, c_m⟩/φ_m)        φ at least 0.001, the result clamped
/// ```
/// independently of all others. Candidates are a bank's rows (instance selection), or the
/// prototypes of the level below (prototype selection, with the prototypes above and each query's
/// own there). Guo et al., "HCSC: Hierarchical Contrastive Selective Coding", CVPR 2022, section
/// 3.3, eqs. 6 and 8; the bounds are the authors' code's.
public struct NegativeSelection: Sendable {
  /// Bounds of a prototype's probability.
  package static let prototypeBounds: ClosedRange<Float> = 1e-4...0.999

  /// Prototypes divided by their concentrations: dot products with them are logits.
  private let scaled: Matrix

  /// A selection by some prototypes.
  ///
  /// - Parameters:
  ///   - centroids: [k × D].
  ///   - concentrations: k numbers; those below 0.001 are raised to it.
  /// - Throws: `ContrastiveError`: `.empty`, `.nonFinite`, `.tooLarge`, `.shape`, `.index`.
  public init(centroids: Matrix, concentrations: [Float]) throws(ContrastiveError) {
    let raised = concentrations.map { max($0, 1e-3) }
    scaled = try PrototypeTargets(
      centroids: centroids, concentrations: raised, assignments: [], negatives: []
    ).scaled(Array(0..<centroids.rows))
  }

  /// log Σ_m exp(⟨x, c_m⟩/φ_m) of each candidate, which serves until candidate or prototypes
  /// change.
  ///
  /// Complexity: 2·K·k·D floating-point operations. Scratch: the pass's tiles.
  ///
  /// - Parameters:
  ///   - candidates: [K × D].
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: K numbers.
  /// - Throws: `ContrastiveError`: `.shape`, `.nonFinite`, `.tooLarge`.
  public func logSums(
    of candidates: Matrix, workers: Workers = .all
  ) throws(ContrastiveError) -> [Float] {
    let rows = Operand("candidates", candidates)
    try rows.requireDimension(of: Operand("centroids", scaled))
    guard candidates.rows > 0 else { return [] }
    let blocks = try RectanglePass(rows: rows, columns: Operand("centroids", scaled)).read(
      SoftmaxReader(temperature: 1), workers: workers)
    return blocks.logSums(temperature: 1).map { Float($0.logSum) }
  }

  /// Draws which candidates are negatives of which query.
  ///
  /// The draw of query i and candidate j is a function of the seed, i and j. Complexity: 2·N·K·D
  /// floating-point operations and N·K draws. Scratch: the pass's tiles and a copy of N
  /// prototypes.
  ///
  /// - Parameters:
  ///   - candidates: [K × D].
  ///   - logSums: what `logSums(of:)` gives for them.
  ///   - assignments: N indices of prototypes, each query's own.
  ///   - excluded: pairs of a query and a candidate that is never its negative.
  ///   - bounds: of every probability, within 0 … 1.
  ///   - seed: random seed.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [N × K].
  /// - Throws: `ContrastiveError`: `.shape`, `.index`, `.nonFinite`, `.tooLarge`, `.parameter`.
  public func mask(
    of candidates: Matrix, logSums: [Float], assignments: [Int],
    excluding excluded: PairTerms? = nil, within bounds: ClosedRange<Float> = 0...0.999,
    seed: UInt64, workers: Workers = .all
  ) throws(ContrastiveError) -> SelectionMask {
    let columns = Operand("candidates", candidates)
    try columns.requireDimension(of: Operand("centroids", scaled))
    try requireIndices(assignments, below: scaled.rows, named: "assignments")
    try requireShape(
      logSums.count == candidates.rows, "logSums", "[\(logSums.count)]", "[\(candidates.rows)]")
    try requireParameter(
      bounds.lowerBound >= 0 && bounds.upperBound <= 1, "bounds", bounds, "within 0 … 1")
    let (rows, width) = (assignments.count, candidates.rows)
    if let excluded, excluded.rows != rows || excluded.columns != width {
      throw .shape(
        argument: "excluded", found: "[\(excluded.rows) × \(excluded.columns)]",
        expected: "[\(rows) × \(width)]")
    }
    var values = [UInt8](repeating: 0, count: rows * width)
    if rows > 0, width > 0 {
      let own = Operand("own centroids", scaled.rows(at: assignments))
      try values.withUnsafeMutableBufferPointer { buffer throws(ContrastiveError) in
        _ = try RectanglePass(rows: own, columns: columns).read(
          MaskDrawReader(shift: logSums, within: bounds, seed: seed, into: SharedMemory(buffer)),
          workers: workers)
      }
    }
    for pair in excluded?.pairs ?? [] { values[pair.row * width + pair.column] = 0 }
    return try SelectionMask(rows: rows, columns: width, values: values)
  }
}
