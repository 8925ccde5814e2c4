/// How far the positives of each anchor, one or more, stand out from its negatives.
///
/// With margin a = log S − log Σ_P exp(u), S the negatives as `Denominators` have them, positives P
/// with shares t of the target, and q = softmax(u) over P,
/// ```
/// mean outside   −Σ_P t log( exp(u) / (Σ_P exp(u) + S) ) = [log Σ_P exp(u) − Σ t u] + log(1 + eᵃ)
/// mean inside    −log mean_P( exp(u) / (Σ_P exp(u) + S) ) = log |P| + log(1 + eᵃ)
/// decoupled      log S − w Σ t u
/// ν              1 / (1 + e⁻ᵃ), decoupled 1
/// ∂/∂u, positive (q − t) − ν q      inside: −ν q      decoupled: −w t
/// ∂/∂u, negative ν · softmax over the negatives
/// ```
/// and with `HardNegativeWeights` ν times the factors of `DebiasedMargin`. Positives and negatives
/// apart, nothing is lost where an anchor is well fitted (a ≪ 0): with a single positive the
/// bracket and q − t are exactly 0. A row without positives, or decoupled without negatives, has
/// loss 0.
struct Margins: Sendable {
  /// How positives and negatives make a loss.
  enum Form: Sendable {
    /// The mean over the positives is outside the logarithm.
    case outside
    /// The mean over the positives is inside the logarithm.
    case inside
    /// Positives are not in the denominator; they count w times, one number a row, or once.
    case decoupled(weights: [Double]?)

    /// Whether positives are not in the denominator.
    var isDecoupled: Bool { if case .decoupled = self { true } else { false } }
  }

  /// What is known of a row's positives.
  struct Positives: Sendable {
    var sum = LogSumExp()
    /// Σ t · s before the shares are divided by their sum, and that sum.
    var total = 0.0
    var shares = 0.0
    var count = 0.0
    /// Whether some shares were given: they are used as stated, whatever their sum.
    var areStated = false

    /// No positive yet.
    init() {}

    /// One positive.
    init(_ similarity: Double, temperature: Double) {
      sum = LogSumExp(logSum: similarity / temperature, mean: similarity)
      (total, shares, count) = (similarity, 1, 1)
    }

    /// Positives with equal shares.
    init(sum: LogSumExp, total: Double, count: Double) {
      (self.sum, self.total, shares, self.count) = (sum, total, count, count)
    }
  }

  /// a of each row; −∞ for a row without negatives.
  private(set) var margin: [Double] = []
  /// Loss of each row.
  private(set) var loss: [Double] = []
  /// ∂(row's loss)/∂log S; 0 for a row without positives.
  private(set) var push: [Double] = []
  /// The same for the positives, −∂(log(1 + eᵃ))/∂log Σ_P exp(u).
  private var pull: [Double] = []
  /// What a positive's share is multiplied by: w / Σ shares; 0 with the mean inside.
  private(set) var target: [Double] = []
  /// Mean over the rows of ∂(row's loss)/∂temperature.
  let temperatureGradient: Double
  /// Rows whose negatives must be known to more digits than Float32 sums give.
  private(set) var illConditioned: [Int] = []
  private let temperature: Double
  /// Whether the positives' sum counts by itself, not by the shares of each: the mean is inside.
  private let hasFreeSum: Bool
  private let positives: [Positives]
  /// What the shares of negatives are of.
  private let denominators: Denominators

  /// - Parameters:
  ///   - positives: of each row.
  ///   - negatives: of each row.
  ///   - form: how they make a loss.
  ///   - denominators: what a pass has found, where `negatives` are known to more digits: shares of
  ///     the similarities that it reads must be of their own sum.
  init(
    _ positives: [Positives], against negatives: Denominators, form: Form = .outside,
    sharing denominators: Denominators? = nil
  ) {
    temperature = negatives.temperature
    self.positives = positives
    self.denominators = denominators ?? negatives
    var slope = 0.0
    for (row, own) in positives.enumerated() {
      let debiased = DebiasedMargin(own, negatives, row: row)
      if debiased?.isIllConditioned == true { illConditioned.append(row) }
      let margin = debiased?.value ?? (negatives.rows[row].terms.logSum - own.sum.logSum)
      self.margin.append(margin)
      let (value, share) = form.isDecoupled ? (margin, 1) : (softplus(margin), logistic(margin))
      guard own.count > 0, value > -.infinity else {
        loss.append(0)
        push.append(0)
        // A decoupled pair without negatives has no gradient either: q − q.
        pull.append(form.isDecoupled ? 1 : 0)
        target.append(0)
        continue
      }
      let mean = own.total / own.shares
      // What the shares of the positives count, and how much similarity they leave.
      let (weight, left): (Double, Double)
      switch form {
      case .outside:
        (weight, left) = (1, own.sum.mean - mean)
        let rest = own.sum.logSum - mean / temperature
        loss.append((own.areStated ? rest : max(0, rest)) + value)
      case .inside:
        (weight, left) = (0, 0)
        loss.append(logarithm(own.count) + value)
      case .decoupled(let weights):
        weight = weights?[row] ?? 1
        left = own.sum.mean - weight * mean
        loss.append(own.sum.logSum - weight * mean / temperature + value)
      }
      push.append(share * (debiased?.negativeFactor ?? 1))
      pull.append(share * (debiased?.positiveFactor ?? 1))
      target.append(weight / own.shares)
      // The floor of debiased negatives is that of negatives at similarity −1.
      slope -=
        left
        + (push[row] == 0
          ? pull[row] * (-1 - own.sum.mean)
          : push[row] * (negatives.mean(row) - own.sum.mean))
    }
    hasFreeSum = form.isInside
    temperatureGradient = slope / (temperature * temperature * Double(max(1, positives.count)))
  }

  /// ∂(row's loss)/∂u for a positive of a similarity, which counts `weight` times and has `share`
  /// of the row's target.
  func positive(
    _ row: Int, _ similarity: Double, weight: Double = 1, share: Double = 1
  ) -> Double {
    let q = weight * positives[row].sum.share(of: similarity / temperature)
    return (hasFreeSum ? 0 : q - share * target[row]) - pull[row] * q
  }

  /// ∂(row's loss)/∂u for a negative of a similarity.
  func negative(_ row: Int, _ similarity: Double) -> Double {
    push[row] == 0 ? 0 : push[row] * denominators.share(row, similarity)
  }

  /// The softmaxes whose sum is ∂/∂u of the negatives times `scale`, each with its temperature.
  ///
  /// `maxima` are shifts for each of them.
  func negativeSides(
    _ maxima: [[Float]], scale: Double
  ) -> [(temperature: Double, side: SoftmaxWriter.Side)] {
    zip(denominators.parts, maxima).map { part, maximum in
      let side = SoftmaxWriter.Side(maximum) { row, top in
        push[row] == 0
          ? 0
          : scale * part.weight * push[row]
            * part.sums[row].share(of: part.factor * top / temperature)
      }
      return (temperature / part.factor, side)
    }
  }

  /// ∂/∂u + `target` of the positives times `scale`.
  func positiveSide(_ maximum: [Float], scale: Double) -> SoftmaxWriter.Side {
    SoftmaxWriter.Side(maximum) { row, top in
      scale * ((hasFreeSum ? 0 : 1) - pull[row])
        * positives[row].sum.share(of: top / temperature)
    }
  }
}

extension Margins.Form {
  fileprivate var isInside: Bool { if case .inside = self { true } else { false } }
}

extension SoftmaxWriter.Side {
  /// A softmax shifted by each row's maximum, with a weight of the row and its maximum.
  fileprivate init(_ maximum: [Float], weight: (_ row: Int, _ top: Double) -> Double) {
    self.init(
      shift: maximum.map { $0 == -.infinity ? 0 : $0 },
      weight: maximum.enumerated().map { row, top in
        top == -.infinity ? 0 : Float(weight(row, Double(top)))
      })
  }
}
