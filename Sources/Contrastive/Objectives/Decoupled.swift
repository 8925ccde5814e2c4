/// Decoupled contrastive learning: NT-Xent whose denominator is without the positive.
///
/// With Z = [view1; view2], 2N rows, u_ij = ⟨z_i, z_j⟩ / temperature and s_i the similarity of
/// pair i,
/// ```
/// loss = mean over the 2N rows i of  −w_i u_i,partner + log Σ_{j ≠ i, partner} exp(u_ij)
/// w_i  = 2 − N · softmax_i(s / σ) over the N pairs, a constant (DCLW); without σ 1 (DCL)
/// ```
/// Yeh et al., "Decoupled Contrastive Learning", ECCV 2022, eq. 6 and 7. An anchor that a choice of
/// `negatives` leaves without any has loss 0.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct Decoupled: PairedViewObjective {
  /// The temperature can be learned.
  public typealias Scalar = TemperatureScalar

  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let sigma: Double?
  package let negatives: Negatives

  /// A decoupled objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.1 is the authors'.
  ///   - sigma: temperature of the weights, 1e-6 … 1e6; 0.5 is the authors'.
  ///   - negatives: which of the other rows are negatives, as in `NTXent`.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.1, sigma: Double? = nil, negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    if let sigma { try requireTemperature(sigma, named: "sigma") }
    try negatives.validate(
      without: [.mixing], in: "decoupled contrast", use: "a bank: mixed rows are constants")
    self.temperature = temperature
    self.sigma = sigma
    self.negatives = negatives
  }

  /// The loss and its exact gradients, of at least 2 images; complexity as `NTXent`.
  public func evaluate(
    _ inputs: Inputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Decoupled> {
    let views = try PairedViews(inputs, atLeast: 2)
    let (contrast, chosen) = try views.contrast(
      temperature: temperature, negatives, form: .decoupled(weights: weights(of: views)),
      workers: workers)
    return try contrast.evaluate(
      views: views, gradients, details: chosen, scalars: { [.temperature: $0] }, workers: workers)
  }

  private func weights(of views: PairedViews) -> [Double]? {
    guard let sigma else { return nil }
    let similarities = views.partnerSimilarities
    // Relative to the largest: beside large logits log N has no digits.
    let top = similarities.max() ?? 0
    let shares = similarities.map { exponential(($0 - top) / sigma) }
    let mean = shares.prefix(views.count).mean
    return shares.map { 2 - $0 / mean }
  }
}
