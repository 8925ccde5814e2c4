/// NT-Xent, the loss of SimCLR: each view of an image must find the other view among all views.
///
/// With Z = [view1; view2], 2N rows, and u_ij = ⟨z_i, z_j⟩ / temperature,
/// ```
/// loss = mean over the 2N rows i of  log( 1 + Σ_{j ≠ i, partner} exp(u_ij − u_i,partner) )
/// ```
/// Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", ICML 2020,
/// eq. 1; the mean is the paper's (the authors' code sums the two views' means, which is twice it).
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct NTXent: PairedViewObjective {
  /// The temperature can be learned.
  public typealias Scalar = TemperatureScalar

  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let negatives: Negatives

  /// An NT-Xent objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.1 is SimCLR's.
  ///   - negatives: which of the other rows are negatives; no `mixing`. Row i of view 2 is row and
  ///     column N + i. False negatives are found by both views of an image, and shared by them.
  /// - Throws: `ContrastiveError.parameter`.
  public init(temperature: Double = 0.1, negatives: Negatives = .all) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.validate(
      without: [.mixing], in: "NT-Xent", use: "a bank: mixed rows are constants")
    self.temperature = temperature
    self.negatives = negatives
  }

  /// The loss and its exact gradients; 0 for a single image, which has no negatives.
  ///
  /// Complexity: the similarity matrix is symmetric and each pair is computed once: 4·N²·D
  /// floating-point operations for the loss, 12·N²·D more for the gradients, 8·N²·D of them where
  /// the similarities find room in 64 MiB. A ring takes twice that. `negatives` add what `InfoNCE`
  /// says of them.
  public func evaluate(
    _ inputs: Inputs, gradients: Set<ViewVariable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<NTXent> {
    let views = try PairedViews(inputs)
    let (contrast, chosen) = try views.contrast(
      temperature: temperature, negatives, workers: workers)
    return try contrast.evaluate(
      views: views, gradients, details: chosen, scalars: { [.temperature: $0] }, workers: workers)
  }
}
