/// Supervised contrastive loss: each row must find the rows of its own label among all others.
///
/// With u_ij = ⟨z_i, z_j⟩ / temperature, A(i) all rows but i and P(i) those of them with i's label,
/// ```
/// outside   loss_i = −1/|P(i)| · Σ_{p ∈ P(i)} log( exp(u_ip) / Σ_{a ∈ A(i)} exp(u_ia) )
/// inside    loss_i = −log( 1/|P(i)| · Σ_{p ∈ P(i)} exp(u_ip) / Σ_{a ∈ A(i)} exp(u_ia) )
/// loss = temperature / base temperature · mean over all rows of loss_i
/// ```
/// A row whose label no other row has counts 0 and stays in the mean. Khosla et al., "Supervised
/// Contrastive Learning", NeurIPS 2020, eq. 2 and 3; the mean and the factor are the authors'
/// code's (the paper sums over the rows). With a label for each image and two views it is NT-Xent.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct SupCon: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case embeddings, temperature
  }

  /// Where the mean over the positives stands.
  public enum Variant: String, CaseIterable, Sendable {
    /// Outside the logarithm, eq. 2.
    case outside = "out"
    /// Inside the logarithm, eq. 3.
    case inside = "in"
  }

  /// Gradients for the embeddings.
  public static let defaultGradients: Set<Variable> = [.embeddings]

  /// Divides the similarities.
  public let temperature: Double
  /// Divides the temperature to give the factor of the loss; without it the factor is 1.
  public let baseTemperature: Double?
  /// Where the mean over the positives stands.
  public let variant: Variant
  /// Which rows of other labels are negatives, and how they count.
  public let negatives: Negatives

  /// Labels of at least this many rows have their positives taken from the tiles; the fewer
  /// positives of smaller ones are looked at one by one, in Double.
  static let smallestRun = 33

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
    try negatives.refuse(
      [.falseNegatives], in: "SupCon, whose labels say which they are", expected: "NT-Xent")
    try negatives.refuse(
      [.mixing], in: "SupCon", expected: "a bank: mixed rows are constants")
    guard variant == .outside || negatives.pairs?.pairs.allSatisfy({ $0.target == 0 }) ?? true
    else {
      throw .parameter(
        name: "pairs", found: "targets in SupCon inside the logarithm",
        expected: "SupCon outside the logarithm")
    }
    self.negatives = negatives
    try requireTemperature(temperature)
    if let baseTemperature { try requireTemperature(baseTemperature, named: "base-temperature") }
    self.temperature = temperature
    self.baseTemperature = baseTemperature
    self.variant = variant
  }

  /// The loss and its exact gradients; 0 where no row has a positive.
  ///
  /// Complexity: the similarity matrix is symmetric and each pair is computed once: B²·D
  /// floating-point operations for the loss, 3·B²·D more for the gradients. Scratch:
  /// `scratchBytes`. With `negatives` it is twice that and what `InfoNCE` says of them, and 28
  /// bytes for each positive of each row.
  ///
  /// - Parameters:
  ///   - embeddings: [B × D].
  ///   - labels: [B], any whole numbers.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`.
  public func evaluate(
    embeddings: Matrix, labels: [Int], gradients: Set<Variable> = Self.defaultGradients,
    workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let given = Operand("embeddings", embeddings)
    try given.requireRows()
    guard labels.count == embeddings.rows else {
      throw .shape(
        argument: "labels", found: "[\(labels.count)]",
        expected: "[\(embeddings.rows)], one for each row of embeddings")
    }
    try given.requireFinite()
    guard negatives.parts.isEmpty else { return try chosen(given, labels, gradients, workers) }
    let sorted = RowsByLabel(embeddings, labels)
    let runs = sorted.runs
    let sweep = TiledSweep(symmetric: Operand("embeddings", sorted.rows))
    let kept =
      gradients.contains(.embeddings) ? KeptTiles(SymmetricGrid(rows: sorted.rows.rows)) : nil
    let blocks = try sweep.run(
      RunSoftmax(temperature: temperature, runs: runs, smallestRun: Self.smallestRun),
      accumulating: false, kept: kept, workers: workers
    ).blocks
    let few = ListedPairs(
      sorted.pairs(below: Self.smallestRun), rows: sorted.rows, columns: sorted.rows,
      workers: workers)
    let margins = margins(
      blocks, few, counts: (0..<runs.rows).map { runs[$0].count - 1 }, workers)

    let factor = baseTemperature.map { temperature / $0 } ?? 1
    var result: [Variable: Matrix] = [:]
    if gradients.contains(.embeddings) {
      let scale = factor / (Double(embeddings.rows) * temperature)
      let coefficients = RunCoefficients(
        temperature: temperature, runs: runs, smallestRun: Self.smallestRun,
        outside: margins.negativeSide(blocks.flatMap(\.outside.maximum), scale: scale),
        inside: margins.positiveSide(blocks.flatMap(\.inside.maximum), scale: scale),
        target: margins.target.map { Float(scale * $0) })
      if var gradient = try sweep.run(
        coefficients, accumulating: true, kept: kept, workers: workers
      ).accumulated {
        few.add(to: &gradient, columns: sorted.rows, workers: workers) { row, column, similarity in
          scale * (margins.positive(row, similarity) + margins.positive(column, similarity))
        }
        result[.embeddings] = sorted.inGivenOrder(gradient)
      }
    }
    return evaluation(margins.meanLoss, margins.temperatureGradient, result, gradients)
  }

  /// With a choice of negatives: the positives are listed one by one.
  private func chosen(
    _ given: Operand, _ labels: [Int], _ wanted: Set<Variable>, _ workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    var rows: [Int: [Int]] = [:]
    for (row, label) in labels.enumerated() { rows[label, default: []].append(row) }
    var term = ContrastTerm(
      anchors: given, own: nil, columns: given, temperature: temperature, exclusions: [.diagonal])
    term.roles = ColumnRoles(
      positives: labels.enumerated().map { row, label in
        rows[label, default: []].filter { $0 != row }
      })
    term.insideLogarithm = variant == .inside
    let found = try term.choose(
      negatives, support: ContrastTerm.Support(given), workers: workers)
    let wants = wanted.contains(.embeddings)
    let outcome = try term.evaluate(anchors: wants, columns: wants, workers: workers)
    var gradient = outcome.anchors
    let factor = Float(baseTemperature.map { temperature / $0 } ?? 1)
    gradient?.scaleRows { _ in factor }
    if let columns = outcome.columns { gradient?.addRows(of: columns) { _ in factor } }
    return evaluation(
      outcome.loss, outcome.slope, gradient.map { [.embeddings: $0] } ?? [:], wanted,
      selected: found)
  }

  private func evaluation(
    _ loss: Double, _ slope: Double, _ gradients: [Variable: Matrix], _ wanted: Set<Variable>,
    selected: [String: Int] = [:]
  ) -> Evaluation<Variable> {
    let factor = baseTemperature.map { temperature / $0 } ?? 1
    let whole = factor * slope + (baseTemperature.map { loss / $0 } ?? 0)
    return Evaluation(
      loss: factor * loss, gradients: gradients,
      temperatureGradient: wanted.contains(.temperature) ? whole : nil, selected: selected)
  }

  private func margins(
    _ blocks: [RunSoftmax.Partial], _ few: ListedPairs, counts: [Int], _ workers: Workers
  ) -> PositiveMargins {
    var (positives, totals, _) = few.summary(temperature: temperature, workers: workers) {
      _, _ in true
    }
    positives.add(RowSoftmax(blocks.map(\.inside), temperature: temperature))
    for (row, total) in blocks.flatMap(\.total).enumerated() { totals[row] += total }
    return PositiveMargins(
      positives: positives, totals: totals, counts: counts,
      negatives: RowSoftmax(blocks.map(\.outside), temperature: temperature),
      temperature: temperature, insideLogarithm: variant == .inside)
  }

  /// Bytes of scratch an evaluation holds at most.
  ///
  /// That is beyond its inputs, its gradient, two copies of the embeddings, a few numbers a row and
  /// at most 32 × 12 bytes a row for the positives of small labels: with B = 256 (128 up to 1,024
  /// rows) and W workers, `8 · W · B · (B + 1)`, and at most 64 MiB of the similarities that the
  /// gradient needs again, as `NTXent.scratchBytes` says, whatever the rows.
  ///
  /// - Parameters:
  ///   - rows: number of embeddings.
  ///   - workers: W.
  /// - Returns: the bytes.
  public static func scratchBytes(rows: Int, workers: Workers = .all) -> Int {
    SymmetricGrid(rows: rows).scratchBytes(workers: workers)
      + KeptTiles.bytes(SymmetricGrid(rows: rows))
  }
}

/// Embeddings put in the order of their labels.
private struct RowsByLabel {
  /// The embeddings, those of one label side by side.
  let rows: Matrix
  let runs: RowRuns
  /// Where each row was before.
  private let order: [Int]

  init(_ embeddings: Matrix, _ labels: [Int]) {
    order = labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
    rows = embeddings.rows(at: order)
    var lengths: [Int] = []
    for (place, row) in order.enumerated() {
      if place > 0, labels[order[place - 1]] == labels[row] {
        lengths[lengths.count - 1] += 1
      } else {
        lengths.append(1)
      }
    }
    runs = RowRuns(lengths: lengths)
  }

  /// The other rows of each row's label, where they are fewer than `limit` with it.
  func pairs(below limit: Int) -> RowLists {
    RowLists(
      (0..<runs.rows).map { row in
        (runs[row].count < limit ? runs[row] : row..<row).filter { $0 != row }
      }, isSymmetric: true)
  }

  /// The rows of a gradient where their embeddings were.
  func inGivenOrder(_ gradient: Matrix) -> Matrix {
    var place = [Int](repeating: 0, count: order.count)
    for (index, row) in order.enumerated() { place[row] = index }
    return gradient.rows(at: place)
  }
}
