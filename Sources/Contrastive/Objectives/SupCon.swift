/// Supervised contrastive loss: each row must find the rows of its own label among all others.
///
/// With u_ij = ⟨z_i, z_j⟩ / temperature, A(i) all rows but i and P(i) those of them with i's label,
/// ```
/// outside   loss_i = −1/|P(i)| · Σ_{p ∈ P(i)} log( exp(u_ip) / Σ_{a ∈ A(i)} exp(u_ia) )
/// inside    loss_i = −log( 1/|P(i)| · Σ_{p ∈ P(i)} exp(u_ip) / Σ_{a ∈ A(i)} exp(u_ia) )
/// loss = temperature / base temperature · mean over all rows of loss_i
/// ```
/// A row whose label no other row has counts 0 and stays in the mean; so does a row of label −1,
/// which means none. Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, eq. 2 and 3;
/// the mean and the factor are the authors' code's (the paper sums over the rows). With a label for
/// each image and two views it is NT-Xent.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct SupCon: Objective {
  /// The temperature can be learned.
  public typealias Scalar = TemperatureScalar

  /// Where the mean over the positives stands.
  public enum Variant: String, CaseIterable, Sendable {
    /// Outside the logarithm, eq. 2.
    case outside = "out"
    /// Inside the logarithm, eq. 3.
    case inside = "in"
  }

  /// In 16 bits, too.
  public static let precisions = Set(Precision.allCases)

  package let temperature: Double
  package let baseTemperature: Double?
  package let variant: Variant
  package let negatives: Negatives

  /// A supervised contrastive objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.07 is the authors' code's.
  ///   - baseTemperature: a constant, 1e-6 … 1e6; without it the factor of the loss is exactly 1.
  ///   - variant: where the mean over the positives stands.
  ///   - negatives: which rows of other labels are negatives; no `falseNegatives`, as the labels
  ///     say which are, no `mixing`, and inside the logarithm no pairs with targets.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.07, baseTemperature: Double? = nil, variant: Variant = .outside,
    negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try negatives.validate(
      without: [.falseNegatives], in: "SupCon, whose labels say which they are", use: "NT-Xent")
    try negatives.validate(
      without: [.mixing], in: "SupCon", use: "a bank: mixed rows are constants")
    try requireParameter(
      variant == .outside || negatives.pairs?.pairs.allSatisfy({ $0.target == 0 }) ?? true, "pairs",
      "targets in SupCon inside the logarithm", "SupCon outside the logarithm")
    try requireTemperature(temperature)
    if let baseTemperature { try requireTemperature(baseTemperature, named: "base-temperature") }
    self.negatives = negatives
    self.temperature = temperature
    self.baseTemperature = baseTemperature
    self.variant = variant
  }

  /// The loss and its exact gradients; 0 where no row has a positive.
  ///
  /// Complexity: the similarity matrix is symmetric and each pair is computed once: B²·D
  /// floating-point operations for the loss, 3·B²·D more for the gradients. With `negatives` what
  /// `InfoNCE` says of them, and 28 bytes for each positive of each row.
  ///
  /// - Parameters:
  ///   - embeddings: [B × D].
  ///   - labels: [B], any whole numbers; −1 is no label, and such a row no positive.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.canceled`.
  public func evaluate(
    embeddings: Matrix, labels: [Int], gradients: Set<EmbeddingVariable> = [.embeddings],
    workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<SupCon> {
    let given = Operand("embeddings", embeddings)
    try given.requireRows()
    try requireLabels(labels, count: embeddings.rows, each: "row of embeddings")
    try given.requireFinite()
    let wanted = ContrastGradients(anchors: gradients.contains(.embeddings))
    // Without a choice of negatives rows are put in the order of their labels, so that positives of
    // many rows are read from the tiles.
    let isPlain = negatives.parts.isEmpty
    let sorted = isPlain ? RowsByLabel(embeddings, labels) : nil
    var contrast = Contrast(
      sorted.map { Operand(given.name, $0.rows) } ?? given, against: .anchors,
      temperature: temperature, excluding: isPlain ? [] : [.diagonal])
    contrast.groups = sorted?.groups
    let positives =
      sorted?.positives(below: Contrast.smallestReadGroup) ?? positives(by: labels)
    contrast.roles = PairRoles(rows: given.rows) { positives[$0] }
    contrast.form = variant == .inside ? .inside : .outside
    let chosen = try contrast.choose(
      negatives, support: Contrast.Support(given), workers: workers)
    var value = try contrast.evaluate(wanted, workers: workers)
    if let sorted { sorted.putInGivenOrder(&value) }
    return evaluation(value, chosen)
  }

  /// The other rows of each row's label.
  private func positives(by labels: [Int]) -> [[Int]] {
    var rows: [Int: [Int]] = [:]
    for (row, label) in labels.enumerated() where label != -1 {
      rows[label, default: []].append(row)
    }
    return labels.enumerated().map { row, label in rows[label, default: []].filter { $0 != row } }
  }

  private func evaluation(
    _ value: ContrastValue, _ chosen: NegativeCounts
  ) -> Evaluation<SupCon> {
    let factor = baseTemperature.map { temperature / $0 } ?? 1
    var gradient = value.anchors
    if factor != 1 { gradient?.scaleRows { _ in Float(factor) } }
    let slope =
      factor * value.temperatureGradient + (baseTemperature.map { value.loss / $0 } ?? 0)
    var evaluation = Evaluation<SupCon>(
      loss: factor * value.loss, losses: value.losses.map { factor * $0 },
      gradients: gradient.map { [.embeddings: $0] } ?? [:], scalars: [.temperature: slope],
      details: chosen)
    evaluation.take(value.errorBound?.scaled(by: factor), anchors: [.embeddings])
    return evaluation
  }

  /// The same of all inputs in one value.
  public func evaluate(
    _ inputs: (embeddings: Matrix, labels: [Int]), gradients: Set<EmbeddingVariable>,
    workers: Workers
  ) throws(ContrastiveError) -> Evaluation<SupCon> {
    try evaluate(
      embeddings: inputs.embeddings, labels: inputs.labels, gradients: gradients,
      workers: workers)
  }

  /// A tile and its transpose for each worker, and at most 64 MiB of similarities.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    shape.oneSetBytes(workers: workers)
  }
}

/// Embeddings put in the order of their labels.
private struct RowsByLabel {
  /// The embeddings, those of one label side by side.
  let rows: Matrix
  let groups: RowGroups
  /// Where each row was before.
  private let order: [Int]

  init(_ embeddings: Matrix, _ labels: [Int]) {
    order = labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
    rows = embeddings.rows(at: order)
    var lengths: [Int] = []
    for (place, row) in order.enumerated() {
      if place > 0, labels[row] != -1, labels[order[place - 1]] == labels[row] {
        lengths[lengths.count - 1] += 1
      } else {
        lengths.append(1)
      }
    }
    groups = RowGroups(lengths: lengths)
  }

  /// The other rows of each row's label, where they are fewer than `limit` with it.
  func positives(below limit: Int) -> [[Int]] {
    (0..<groups.rows).map { row in
      groups[row].count < limit ? groups[row].filter { $0 != row } : []
    }
  }

  /// Puts losses and gradients where their embeddings were.
  func putInGivenOrder(_ value: inout ContrastValue) {
    var place = [Int](repeating: 0, count: order.count)
    for (index, row) in order.enumerated() { place[row] = index }
    value.losses = place.map { value.losses[$0] }
    if let gradient = value.anchors { value.anchors = gradient.rows(at: place) }
  }
}
