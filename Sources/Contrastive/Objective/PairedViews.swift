/// An objective of two views of the same images.
public protocol PairedViewObjective: Objective
where Inputs == (view1: Matrix, view2: Matrix), Variable == ViewVariable {}

extension PairedViewObjective {
  /// The loss and its exact gradients.
  ///
  /// - Parameters:
  ///   - view1: [N × D].
  ///   - view2: [N × D]; row i is another view of the same image.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the 2N rows and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, also for fewer images than the loss is defined for,
  ///   `.empty`, `.nonFinite`, `.tooLarge`, `.canceled`.
  public func evaluate(
    view1: Matrix, view2: Matrix, gradients: Set<ViewVariable> = [.view1, .view2],
    workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Self> {
    try evaluate((view1, view2), gradients: gradients, workers: workers)
  }

  /// With B the rows of a block and W workers, `8 · W · B²`, and at most 64 MiB of similarities,
  /// whatever the images.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    SymmetricPass.scratchBytes(rows: 2 * shape.rows, keeping: true, workers: workers)
  }
}

/// Two views of N images as one set of 2N rows, in which every row has a partner.
struct PairedViews: Sendable {
  /// Images.
  let count: Int
  /// [view1; view2].
  let rows: Operand

  /// Checks that the views are finite, of one shape, and of at least so many images.
  init(
    _ views: (view1: Matrix, view2: Matrix), atLeast least: Int = 1
  ) throws(ContrastiveError) {
    let first = Operand("view1", views.view1)
    let second = Operand("view2", views.view2)
    try requireShape(
      least == 1 || first.rows != 1, first.name, first.shape, "at least \(least) rows")
    try first.requireRows()
    try second.requireShape(of: first)
    try first.requireFinite()
    try second.requireFinite()
    count = first.rows
    rows = Operand("views", views.view1.stacked(on: views.view2))
  }

  /// Each row against all others, its partner its positive, with a choice of negatives.
  func contrast(
    temperature: Double, _ negatives: Negatives, form: Margins.Form = .outside, workers: Workers
  ) throws(ContrastiveError) -> (contrast: Contrast, chosen: NegativeCounts) {
    var contrast = Contrast(
      rows, against: .anchors, temperature: temperature, excluding: [.diagonal])
    contrast.roles = PairRoles(rows: 2 * count) { [($0 + count) % (2 * count)] }
    contrast.form = form
    let chosen = try contrast.choose(
      negatives, support: Contrast.Support(embeddings: rows, images: count), workers: workers)
    return (contrast, chosen)
  }

  /// Similarity of each row and its partner.
  var partnerSimilarities: [Double] {
    let own = rows.matrix.rows(0..<count).rowDots(rows.matrix.rows(count..<(2 * count)))
    return own + own
  }
}

extension Contrast {
  /// The value of both views together, with the gradient of each that is asked for.
  func evaluate<Objective: Contrastive.Objective>(
    views: PairedViews, _ wanted: Set<ViewVariable>, details: Objective.Details,
    scalars: (Double) -> [Objective.Scalar: Double], workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Objective> where Objective.Variable == ViewVariable {
    let value = try evaluate(ContrastGradients(anchors: !wanted.isEmpty), workers: workers)
    var result: [ViewVariable: Matrix] = [:]
    if wanted.contains(.view1) { result[.view1] = value.anchors?.rows(0..<views.count) }
    if wanted.contains(.view2) {
      result[.view2] = value.anchors?.rows(views.count..<(2 * views.count))
    }
    var evaluation = Evaluation<Objective>(
      loss: value.loss, losses: value.losses, gradients: result,
      scalars: scalars(value.temperatureGradient), details: details)
    evaluation.take(value.errorBound, anchors: [.view1, .view2])
    return evaluation
  }
}
