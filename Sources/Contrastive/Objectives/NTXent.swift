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
public struct NTXent: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case view1, view2, temperature
  }

  /// Gradients for both views.
  public static let defaultGradients: Set<Variable> = [.view1, .view2]

  /// Divides the similarities.
  public let temperature: Double
  /// Which columns are negatives, and how they count.
  public let negatives: Negatives

  /// An NT-Xent objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.1 is SimCLR's.
  ///   - negatives: which of the other rows are negatives; no `mixing`. Row i of view 2 is row and
  ///     column N + i. False negatives are found by both views of an image, and shared by them.
  /// - Throws: `ContrastiveError.parameter`.
  public init(temperature: Double = 0.1, negatives: Negatives = .all) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.refuse(
      [.mixing], in: "NT-Xent", expected: "a bank: mixed rows are constants")
    self.temperature = temperature
    self.negatives = negatives
  }

  /// The loss and its exact gradients; 0 for a single image, which has no negatives.
  ///
  /// Complexity: the similarity matrix is symmetric and each pair is computed once: 4·N²·D
  /// floating-point operations for the loss, 12·N²·D more for the gradients. With `negatives` other
  /// than `hardness` it is twice that and what `InfoNCE` says of them. Scratch:
  /// `scratchBytes`.
  ///
  /// - Parameters:
  ///   - view1: [N × D].
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
    guard negatives.parts.isEmpty else {
      return try views.contrast(
        temperature: temperature, negatives: negatives, gradients: gradients, workers: workers)
    }
    let differentiates = !gradients.isDisjoint(with: [.view1, .view2])
    let kept = differentiates ? KeptTiles(SymmetricGrid(rows: views.rows.rows)) : nil
    let pass = try views.run(
      RunningSoftmax(temperature: temperature, excluding: views.notNegatives, readsOnly: true),
      accumulating: false, kept: kept, workers: workers)
    let margins = OwnMargins(
      views.rows, views.partners, against: pass.blocks, temperature: temperature)

    var result: [Variable: Matrix] = [:]
    if differentiates {
      let scale = 1 / (Double(views.rows.rows) * temperature)
      let side = margins.side(scale: scale)
      let coefficients = SoftmaxCoefficients(
        temperature: temperature, rows: side, columns: side, excluding: views.notNegatives)
      if var gradient = try views.run(
        coefficients, accumulating: true, kept: kept, workers: workers
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
    return Evaluation(
      loss: margins.meanLoss, gradients: result,
      temperatureGradient: gradients.contains(.temperature) ? margins.temperatureGradient : nil)
  }

  /// Bytes of scratch an evaluation holds at most.
  ///
  /// That is beyond its inputs, its gradients, two copies of the views and a few numbers a row:
  /// with B = 256 (min(2N, 128) up to 1,024 rows) and W workers, `8 · W · B · (B + 1)`, and the
  /// similarities that the gradients need again, `8·N²` and half a block more, of which at most 64
  /// MiB are kept and the rest computed again, whatever N.
  ///
  /// - Parameters:
  ///   - images: N.
  ///   - workers: W.
  /// - Returns: the bytes.
  public static func scratchBytes(images: Int, workers: Workers = .all) -> Int {
    SymmetricGrid(rows: 2 * images).scratchBytes(workers: workers)
      + KeptTiles.bytes(SymmetricGrid(rows: 2 * images))
  }
}
