/// How far a value computed in 16 bits, and an element of its gradients, can be from the exact
/// ones.
///
/// With similarities off by at most δ and β = δ/temperature, and what a Float32 softmax adds, a
/// row's log-sum-exp of negatives is off by at most β. Its loss grows with that, so that both ends
/// are evaluated. Along the way from the exact similarities to the others the coefficients of a row
/// change by at most 2νβ in sum, ν that of its negatives, and a pair's by a factor of at most e^2β.
struct ErrorBound: Sendable {
  var loss: Double
  /// Of the gradients for anchors and columns, and of that for what the anchors are paired with;
  /// nil where nothing is certified.
  var anchors: Double?
  var columns: Double?
  var paired: Double?

  /// What a Float32 softmax loses at most, of an exponential or in a logarithm of their sum: logits
  /// are differences of up to 64.
  static let softmaxLoss = 0x1p-15

  /// That of a value times a factor.
  func scaled(by factor: Double) -> ErrorBound {
    ErrorBound(
      loss: factor * loss, anchors: anchors.map { factor * $0 },
      columns: columns.map { factor * $0 }, paired: paired.map { factor * $0 })
  }

  /// That of a sum, of which there may be no first term yet; nil in Float32.
  static func sum(_ first: ErrorBound?, _ second: ErrorBound?, times weight: Double) -> ErrorBound?
  {
    guard let more = second?.scaled(by: weight) else { return first }
    guard let first else { return more }
    func sum(_ a: Double?, _ b: Double?) -> Double? { a.flatMap { a in b.map { a + $0 } } }
    return ErrorBound(
      loss: first.loss + more.loss, anchors: sum(first.anchors, more.anchors),
      columns: sum(first.columns, more.columns), paired: sum(first.paired, more.paired))
  }
}

extension Evaluation {
  /// What a contrast gives, by the names that anchors and columns have here.
  init(
    _ value: ContrastValue, anchors: Objective.Variable, columns: Objective.Variable? = nil,
    scalars: [Objective.Scalar: Double] = [:], details: Objective.Details
  ) {
    var gradients: [Objective.Variable: Matrix] = [:]
    gradients[anchors] = value.anchors
    if let columns { gradients[columns] = value.columns }
    self.init(
      loss: value.loss, losses: value.losses, gradients: gradients, scalars: scalars,
      details: details)
    take(value.errorBound, anchors: [anchors], columns: columns)
    guard let kept = value.kept else { return }
    keptRows[anchors] = kept.anchors
    if let columns { keptRows[columns] = kept.columns }
  }

  /// Takes what is certified of a contrast, by the names that anchors and columns have here.
  mutating func take(
    _ bound: ErrorBound?, anchors: [Objective.Variable], columns: Objective.Variable? = nil
  ) {
    errorBound = bound?.loss
    for variable in anchors { gradientErrorBounds[variable] = bound?.anchors }
    if let columns { gradientErrorBounds[columns] = bound?.columns }
  }
}

extension Contrast {
  /// The same with anchors and columns in the precision that is asked for.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`, and `.parameter` where exclusions
  ///   follow from similarities in Float32.
  func encoded(_ workers: Workers) throws(ContrastiveError) -> Contrast {
    guard workers.precision == .int16 else { return self }
    try requireParameter(
      rankedCounts == nil, "precision", "int16 with a ring that is not sampled", "float32")
    let rows = try anchors.encoded(workers: workers)
    return between(rows, isOneSet ? rows : try columns.encoded(workers: workers))
  }

  /// How far off a row's logits can be; nil in Float32.
  fileprivate var logitErrors: [Double]? {
    guard let rows = anchors.codes else { return nil }
    guard let columns = readColumns.codes else {
      return [Double](repeating: 0, count: anchors.rows)
    }
    return rows.errors(among: columns).map { $0 / temperature + ErrorBound.softmaxLoss }
  }
}

extension ReadContrast {
  /// What is certified of the rows of a contrast in 16 bits.
  struct Certificate: Sendable {
    /// Of each row's loss.
    let losses: [Double]
    /// ∂(row's loss)/∂log S at most, and β.
    fileprivate let pushes: [Double]
    fileprivate let logits: [Double]

    /// Nil in Float32.
    init?(
      _ contrast: Contrast, _ margins: Margins, _ positives: [Margins.Positives],
      _ negatives: Denominators
    ) {
      guard let errors = contrast.logitErrors else { return nil }
      func moved(_ sign: Double) -> Margins {
        Margins(
          positives, against: negatives.moved(by: errors.map { sign * $0 }), form: contrast.form)
      }
      let (low, high) = (moved(-1), moved(1))
      losses = errors.indices.map { row in
        // Positives that were read from tiles are off as well.
        contrast.groups == nil
          ? max(high.loss[row] - margins.loss[row], margins.loss[row] - low.loss[row])
          : 2 * errors[row]
      }
      (pushes, logits) = (high.push, errors)
    }
  }

  /// The bound of the mean loss, and of the gradient as far as one direction tells; nil in Float32.
  var errorBound: ErrorBound? {
    guard let certificate else { return nil }
    var bound = ErrorBound(loss: weight * certificate.losses.mean)
    guard let own = ownError, let rows = contrast.anchors.codes else { return bound }
    // Positives are exact but for the gradient's own rounding, however little negatives push.
    bound.paired = (largest(of: certificate) { 2 * $0 * $1 } + 0x1p-20 * scale) * rows.largest
    if !contrast.isOneSet {
      bound.anchors = own
    } else if contrast.exclusions.isSymmetric {
      bound.anchors = columnError(from: self).map { own + $0 }
    }
    return bound
  }

  /// The bound of both gradients of two directions, without their `paired` rows.
  func errorBound(with other: ReadContrast) -> ErrorBound? {
    guard var bound = errorBound, let back = other.errorBound else { return nil }
    bound.loss += back.loss
    bound.columns = back.anchors.flatMap { own in columnError(from: other).map { own + $0 } }
    bound.anchors = bound.anchors.flatMap { own in other.columnError(from: self).map { own + $0 } }
    bound.paired = nil
    return bound
  }

  private func largest(
    of certificate: Certificate, _ value: (_ push: Double, _ logit: Double) -> Double
  ) -> Double {
    zip(certificate.pushes, certificate.logits).reduce(0) { max($0, scale * value($1.0, $1.1)) }
  }

  /// Of an element of the gradient for an anchor, what its own row brings.
  private var ownError: Double? {
    guard let certificate, contrast.groups == nil, contrast.hardness == nil,
      contrast.extras.isEmpty
    else { return nil }
    guard let columns = contrast.columns.codes else { return nil }
    let size = max(columns.largest, contrast.paired?.largestMagnitude ?? 0)
    // Positives by themselves are exact but for the gradient's own rounding.
    return largest(of: certificate) { $0 * (2 * $1 * size + columns.sumError) }
      + 0x1p-20 * scale * size + (1 + scale) * columns.sumUnderflow
  }

  /// Of an element of the gradient for a column, what the rows that see it bring: `side` are its
  /// own logits' sums, those of the other direction.
  ///
  /// What the rows give a column, Σ exp(u)/S, is at most its own Σ exp(u) over the smallest S.
  private func columnError(from side: ReadContrast) -> Double? {
    guard let certificate, let rows = contrast.anchors.codes else { return nil }
    guard let most = side.logSums.max(),
      let least = logSums.filter({ $0 > -.infinity }).min()
    else { return 0 }
    let (error, all) = (2 * (certificate.logits.max() ?? 0), scale * Double(rows.norms.count))
    let mass = min(all, scale * exponential(min(most - least + 2 * error, 700)))
    let change = min(2 * all, mass * (exponential(min(error, 700)) - 1))
    let holders = Double(max(1, contrast.roles.lists.mostHolders(contrast.columns.rows)))
    return (change + holders * scale * (error + 0x1p-20)) * rows.largest + mass * rows.sumError
      + (1 + scale) * rows.sumUnderflow
  }
}

extension RowLists {
  /// How many rows list a column, at most.
  fileprivate func mostHolders(_ columns: Int) -> Int {
    var counts = [Int](repeating: 0, count: columns)
    for place in 0..<count { counts[column(at: place)] += 1 }
    return counts.max() ?? 0
  }
}

extension Matrix {
  /// The largest magnitude of an element; 0 of none.
  var largestMagnitude: Double {
    Double(values.reduce(0) { max($0, $1.magnitude) })
  }
}
