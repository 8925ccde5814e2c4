/// Contrastive learning with hard negatives: negatives weighted by their own similarity, and debiased.
///
/// Over the 2N rows of both views, with u_ij = ⟨z_i, z_j⟩ / temperature, p = exp(u_i,partner) and the
/// M = 2N − 2 negatives n_j = exp(u_ij), weights w_j = n_j^β,
/// ```
/// R    = Σ_j w_j n_j / mean_j w_j
/// Ng   = max( (R − τ⁺ M p) / (1 − τ⁺),  M · exp(−1/temperature) )
/// loss = mean over the 2N rows of  −log( p / (p + Ng) )
/// ```
/// The weights carry gradient as in the authors' code, unless `detachesWeights`; a row on the floor
/// gives none to its negatives. Robinson et al., "Contrastive Learning with Hard Negative Samples",
/// ICLR 2021, eq. 3 and 4; with β = 0 it is `DCL`, with τ⁺ = 0 besides `NTXent`.
///
/// Rows are used as given: the floor is meant for unit rows (`Matrix.normalized`).
public struct HCL: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case view1, view2
  }

  /// Gradients for both views.
  public static let defaultGradients: Set<Variable> = [.view1, .view2]

  /// Divides the similarities.
  public let temperature: Double
  /// τ⁺, the chance that a negative shows the same thing as the anchor.
  public let tauPlus: Double
  /// β, how much harder negatives weigh more.
  public let beta: Double
  /// Whether the weights are constants.
  public let detachesWeights: Bool

  /// A hard-negative objective; the defaults are the authors' code's.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6.
  ///   - tauPlus: at least 0 and below 1.
  ///   - beta: 0 … 1e6.
  ///   - detachesWeights: whether the weights are constants.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.5, tauPlus: Double = 0.1, beta: Double = 1,
    detachesWeights: Bool = false
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    guard tauPlus >= 0, tauPlus < 1 else {
      throw .parameter(
        name: "tau-plus", found: "\(tauPlus)", expected: "a number from 0 to below 1")
    }
    guard 0...1e6 ~= beta else {
      throw .parameter(name: "beta", found: "\(beta)", expected: "a number from 0 to 1e6")
    }
    self.temperature = temperature
    self.tauPlus = tauPlus
    self.beta = beta
    self.detachesWeights = detachesWeights
  }

  /// The loss and its exact gradients.
  ///
  /// Complexity: the similarity matrix is symmetric and each pair is computed once: 4·N²·D
  /// floating-point operations for the loss, 12·N²·D more for the gradients, and 4·N·D for each row so
  /// near the floor that its negatives are summed in Double. Scratch: `scratchBytes`.
  ///
  /// - Parameters:
  ///   - view1: [N × D], N at least 2.
  ///   - view2: [N × D]; row i is another view of the same image.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the 2N rows and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`.
  public func evaluate(
    view1: Matrix, view2: Matrix, gradients: Set<Variable> = Self.defaultGradients,
    workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let views = try PairedViews(view1, view2)
    guard views.count > 1 else {
      throw .shape(argument: "view1", found: view1.shape, expected: "at least 2 rows")
    }
    let (hard, weights) = try negatives(views, workers)
    let logSums = RowSoftmax(hard, temperature: temperature / (1 + beta)).logSum
    let logWeights =
      beta > 0
      ? RowSoftmax(weights, temperature: temperature / beta).logSum
      : logSums.map { _ in logarithm(Double(2 * views.count - 2)) }
    let margins = margins(views, logMeans: zip(logSums, logWeights).map { $0 - $1 }, workers)

    var result: [Variable: Matrix] = [:]
    if !gradients.isEmpty {
      let scale = 1 / (Double(views.rows.rows) * temperature)
      func term(
        _ blocks: [RunningSoftmax.Partial], temperature: Double, factor: Double
      ) -> SoftmaxCoefficients {
        let side = SoftmaxCoefficients.Side(
          shift: blocks.flatMap(\.maximum),
          weight: zip(margins.push, blocks.flatMap(\.sum)).map { Float(scale * factor * $0 / $1) })
        return SoftmaxCoefficients(temperature: temperature, rows: side, columns: side)
      }
      let isAttached = !detachesWeights && beta > 0
      var terms = [
        term(hard, temperature: temperature / (1 + beta), factor: isAttached ? 1 + beta : 1)
      ]
      if isAttached { terms.append(term(weights, temperature: temperature / beta, factor: -beta)) }
      if var gradient = try views.run(
        CoefficientSum(terms, excluding: views.notNegatives), accumulating: true,
        workers: workers
      ).accumulated {
        gradient.addRows(of: views.partners) { row in
          Float(-scale * (margins.pull[row] + margins.pull[views.partner(of: row)]))
        }
        if gradients.contains(.view1) { result[.view1] = gradient.rows(0..<views.count) }
        if gradients.contains(.view2) {
          result[.view2] = gradient.rows(views.count..<(2 * views.count))
        }
      }
    }
    return Evaluation(loss: margins.meanLoss, gradients: result)
  }

  private func margins(
    _ views: PairedViews, logMeans: [Double], _ workers: Workers
  ) -> HardNegativeMargins {
    let positives = views.rows.rowDots(views.partners)
    func margins(_ logMeans: [Double]) -> HardNegativeMargins {
      HardNegativeMargins(
        positives: positives, logMeans: logMeans, negatives: 2 * views.count - 2,
        temperature: temperature, tauPlus: tauPlus)
    }
    let first = margins(logMeans)
    guard !first.delicate.isEmpty else { return first }
    var exact = logMeans
    let found = views.logMeans(
      of: first.delicate, temperature: temperature, beta: beta, workers: workers)
    for (row, logMean) in zip(first.delicate, found) { exact[row] = logMean }
    return margins(exact)
  }

  /// Statistics of the negatives at (1 + β)/temperature and, unless β is 0, at β/temperature.
  private func negatives(
    _ views: PairedViews, _ workers: Workers
  ) throws(ContrastiveError) -> (
    hard: [RunningSoftmax.Partial], weights: [RunningSoftmax.Partial]
  ) {
    let hard = RunningSoftmax(
      temperature: temperature / (1 + beta), excluding: views.notNegatives, readsOnly: true)
    guard beta > 0 else {
      return (try views.run(hard, accumulating: false, workers: workers).blocks, [])
    }
    let weights = RunningSoftmax(temperature: temperature / beta, readsOnly: true)
    let both = try views.run(Together(hard, weights), accumulating: false, workers: workers).blocks
    return (both.map(\.first), both.map(\.second))
  }

  /// Bytes of scratch an evaluation holds at most.
  ///
  /// That is beyond its inputs, its gradients, two copies of the views and a few numbers a row: with
  /// B = min(2N, 256) and W workers, `8 · W · B · (B + 1)`, whatever N.
  ///
  /// - Parameters:
  ///   - images: N.
  ///   - workers: W.
  /// - Returns: the bytes.
  public static func scratchBytes(images: Int, workers: Workers = .all) -> Int {
    SymmetricGrid(rows: 2 * images).scratchBytes(workers: workers)
  }
}
