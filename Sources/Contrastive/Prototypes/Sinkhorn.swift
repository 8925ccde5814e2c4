/// Sinkhorn–Knopp codes: scores turned into soft assignments that use all prototypes alike.
///
/// With A = scores / ε and w = 0, n times
/// ```
/// u_k = log Σ_b exp(A_bk − w_b)        every prototype gets the same mass
/// w_b = log Σ_k exp(A_bk − u_k)        every row sums to 1
/// ```
/// and the codes are exp(A − u − w). That is the usual alternating normalisation of exp(A) in
/// logarithms: no ε above 0 overflows. Without an iteration the codes are B · exp(A) / ΣΣ exp(A), of
/// mean 1 / K, and rows do not sum to 1.
///
/// Exponents and sums are in Double, each exponential has Float32 digits.
///
/// Source: Caron et al., "Unsupervised learning of visual features by contrasting cluster
/// assignments", NeurIPS 2020; Cuturi, "Sinkhorn distances", NIPS 2013.
public struct Sinkhorn: Sendable, Equatable {
  /// Divides the scores; the smaller, the harder the codes.
  public let epsilon: Float
  /// Times to normalise prototypes, then rows.
  public let iterations: Int

  /// What to do.
  ///
  /// - Parameters:
  ///   - epsilon: above 0.
  ///   - iterations: 0 or more.
  /// - Throws: `ContrastiveError.parameter`.
  public init(epsilon: Float = 0.05, iterations: Int = 3) throws(ContrastiveError) {
    guard epsilon > 0, epsilon.isFinite else {
      throw .parameter(name: "epsilon", found: "\(epsilon)", expected: "above 0")
    }
    guard iterations >= 0 else {
      throw .parameter(name: "iterations", found: "\(iterations)", expected: "0 or more")
    }
    self.epsilon = epsilon
    self.iterations = iterations
  }

  /// The codes of the rows.
  ///
  /// Complexity: O(iterations · B · K), two exponentials an element an iteration. Memory beyond the
  /// result: 16 · K · ⌈B / 64⌉ bytes and 8 · (B + K).
  ///
  /// - Parameters:
  ///   - scores: [B × K]; those of a queue, if there is one, come first.
  ///   - rows: for which rows codes are wanted, such as those after a queue's; all by default.
  ///   - argument: the name of the scores in errors.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [rows × K], in order.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.tooLarge`, and `.index` for
  ///   rows that there are not.
  public func codes(
    _ scores: Matrix, rows: Range<Int>? = nil, argument: String = "scores",
    workers: Workers = .all
  ) throws(ContrastiveError) -> Matrix {
    let operand = Operand(argument, scores)
    try operand.requireRows()
    try operand.requireFinite()
    let wanted = rows ?? 0..<scores.rows
    guard wanted.lowerBound >= 0, wanted.upperBound <= scores.rows else {
      throw .index(
        argument: "rows", position: 0, found: "\(wanted)", expected: "within 0 ..< \(scores.rows)")
    }
    var potentials = Potentials(scores: scores, inverse: 1 / Double(epsilon), workers: workers)
    for _ in 0..<iterations { potentials.normalize() }
    if iterations == 0 { potentials.normalizeTotal() }
    return potentials.codes(wanted)
  }
}

/// The logarithms of the factors of rows and columns.
private struct Potentials {
  let scores: Matrix
  let inverse: Double
  let workers: Workers
  /// u.
  var columns: [Double]
  /// w.
  var rows: [Double]

  /// Rows of a piece: their scores stay in a cache while they are gone over three times.
  static let piece = 64

  init(scores: Matrix, inverse: Double, workers: Workers) {
    self.scores = scores
    self.inverse = inverse
    self.workers = workers
    columns = [Double](repeating: 0, count: scores.columns)
    rows = [Double](repeating: 0, count: scores.rows)
  }

  /// u from w, then w from u.
  mutating func normalize() {
    columns = columnLogSums()
    rows = rowLogSums()
  }

  /// Puts log(ΣΣ exp A / B) into w.
  mutating func normalizeTotal() {
    let each = rowLogSums()
    let top = each.max() ?? 0
    let total = top + logarithm(each.reduce(0) { $0 + exponential($1 - top) })
    rows = [Double](repeating: total - logarithm(Double(each.count)), count: each.count)
  }

  func codes(_ wanted: Range<Int>) -> Matrix {
    let (count, inverse) = (scores.columns, inverse)
    let (columns, rows) = (columns, rows)
    return scores.withUnsafeBufferPointer { scores in
      let scores = SharedReadOnlyMemory(scores)
      return Matrix(rows: wanted.count, columns: count) { codes in
        let codes = SharedMemory(codes)
        workers.forEach(pieces(wanted.count, Self.piece)) { piece, _ in
          let end = min(wanted.count, (piece + 1) * Self.piece)
          for row in (piece * Self.piece)..<end {
            let source = wanted.lowerBound + row
            ClusterKernels.best.exponentials(
              scores + source * count, count: count, inverse: inverse, shifts: columns,
              shift: rows[source], into: codes + row * count)
          }
        }
      }
    }
  }

  private func rowLogSums() -> [Double] {
    let (inverse, columns) = (inverse, columns)
    return scores.eachRow(of: Double.self, workers: workers) { row, count in
      ClusterKernels.best.logSumExp(row, count: count, inverse: inverse, shifts: columns)
    }
  }

  /// log Σ_b exp(A_bk − w_b): maxima and sums of each piece of rows, merged in their order.
  private func columnLogSums() -> [Double] {
    let (count, inverse, rows) = (scores.columns, inverse, rows)
    let cuts = pieces(scores.rows, Self.piece)
    var maxima = [Double](repeating: -.infinity, count: cuts * count)
    var sums = [Double](repeating: 0, count: cuts * count)
    maxima.withUnsafeMutableBufferPointer { maxima in
      let maxima = SharedMemory(maxima)
      sums.withUnsafeMutableBufferPointer { sums in
        let sums = SharedMemory(sums)
        scores.withUnsafeBufferPointer { scores in
          let scores = SharedReadOnlyMemory(scores)
          workers.forEach(cuts) { cut, _ in
            let own = (cut * Self.piece)..<min(rows.count, (cut + 1) * Self.piece)
            for row in own {
              ClusterKernels.best.raiseMaxima(
                scores + row * count, count: count, inverse: inverse, shift: rows[row],
                maxima: maxima + cut * count)
            }
            for row in own {
              ClusterKernels.best.addExponentials(
                scores + row * count, count: count, inverse: inverse, shift: rows[row],
                maxima: maxima + cut * count, to: sums + cut * count)
            }
          }
        }
      }
    }
    return (0..<count).map { column in
      var top = -Double.infinity
      for cut in 0..<cuts { top = max(top, maxima[cut * count + column]) }
      var sum = 0.0
      for cut in 0..<cuts {
        sum += sums[cut * count + column] * exponential(maxima[cut * count + column] - top)
      }
      return top + logarithm(sum)
    }
  }
}
