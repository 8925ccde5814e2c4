extension ContrastTerm {
  /// What the sweep over the shared columns found.
  struct Pass {
    var statistics: NegativeStatistics
    /// Shifts for the softmaxes of the negatives.
    var maxima: [[Float]]
    /// Σ exp((s − maximum)/temperature) · column of each row.
    var accumulated: Matrix?
    /// Similarities, where one more sweep gives both gradients.
    var kept: KeptTiles?
  }

  /// The statistics of the negatives, and what gradients there are without another sweep.
  func sweep(
    anchors wantsAnchors: Bool, columns wantsColumns: Bool, excluding excluded: [Exclusion],
    _ workers: Workers
  ) throws(ContrastiveError) -> Pass {
    let grid = CrossGrid(rows: anchors.rows)
    let kept =
      wantsAnchors && wantsColumns && swept.rows == anchors.rows && swept.half == nil
        && KeptTiles.holdAll(of: grid)
      ? KeptTiles(grid) : nil
    let sweep =
      kept == nil
      ? TiledSweep(rows: anchors, columns: swept)
      : TiledSweep(crossing: anchors, swept, bothWays: false)
    guard let hardness else {
      let accumulating = wantsAnchors && kept == nil
      let found = try sweep.run(
        RunningSoftmax(temperature: temperature, excluding: excluded, readsOnly: !accumulating),
        accumulating: accumulating, kept: kept, workers: workers)
      return Pass(
        statistics: NegativeStatistics(
          terms: found.blocks, weights: nil, counts: [], temperature: temperature, hardness: nil),
        maxima: [found.blocks.flatMap(\.maximum)], accumulated: found.accumulated, kept: kept)
    }
    let beta = hardness.beta
    let terms = RunningSoftmax(
      temperature: temperature / (1 + beta), excluding: excluded, readsOnly: true)
    let counts =
      rankedCounts
      ?? excluded.counts(rows: anchors.matrix.rows, columns: swept.rows, workers: workers)
    func pass(_ terms: [RunningSoftmax.Partial], _ weights: [RunningSoftmax.Partial]?) -> Pass {
      Pass(
        statistics: NegativeStatistics(
          terms: terms, weights: weights, counts: counts.map(Double.init),
          temperature: temperature, hardness: hardness),
        maxima: [terms.flatMap(\.maximum)] + (weights.map { [$0.flatMap(\.maximum)] } ?? []),
        kept: kept)
    }
    guard beta > 0 else {
      return pass(
        try sweep.run(terms, accumulating: false, kept: kept, workers: workers).blocks, nil)
    }
    let both = try sweep.run(
      Together(terms, RunningSoftmax(temperature: temperature / beta, readsOnly: true)),
      accumulating: false, kept: kept, workers: workers
    ).blocks
    return pass(both.map(\.first), both.map(\.second))
  }

  /// What the negatives add to the gradients for anchors and columns.
  func sums(
    _ pass: Pass, _ margins: PositiveMargins, scale: Double, anchors wantsAnchors: Bool,
    columns wantsColumns: Bool, excluding excluded: [Exclusion], _ workers: Workers
  ) throws(ContrastiveError) -> (anchors: Matrix?, columns: Matrix?) {
    let terms = margins.negativeTerms(pass.maxima, scale: scale, asColumns: false)
    if let kept = pass.kept {
      let both = try TiledSweep(crossing: anchors, swept, bothWays: false).run(
        CoefficientSum(terms, excluding: excluded), accumulating: true, kept: kept,
        workers: workers
      ).accumulated
      return (both?.rows(0..<anchors.rows), both?.rows(anchors.rows..<(2 * anchors.rows)))
    }
    return (
      wantsAnchors ? try anchorSums(pass, terms, excluding: excluded, workers) : nil,
      wantsColumns
        ? try columnSums(
          margins.negativeTerms(pass.maxima, scale: scale, asColumns: true),
          excluding: excluded, workers) : nil
    )
  }

  private func anchorSums(
    _ pass: Pass, _ terms: [SoftmaxCoefficients], excluding excluded: [Exclusion],
    _ workers: Workers
  ) throws(ContrastiveError) -> Matrix? {
    if var sums = pass.accumulated, let weights = terms.first?.rows?.weight {
      sums.scaleRows { weights[$0] }
      return sums
    }
    return try TiledSweep(rows: anchors, columns: swept).run(
      CoefficientSum(terms, excluding: excluded), accumulating: true, workers: workers
    ).accumulated
  }

  private func columnSums(
    _ terms: [SoftmaxCoefficients], excluding excluded: [Exclusion], _ workers: Workers
  ) throws(ContrastiveError) -> Matrix? {
    guard sweepsColumns else {
      return Matrix(zeros: columns.matrix.rows, by: columns.matrix.columns)
    }
    return try TiledSweep(rows: columns, columns: anchors).run(
      CoefficientSum(terms, excluding: excluded.map { .exchanged($0) }), accumulating: true,
      workers: workers
    ).accumulated
  }

  /// The columns that are swept.
  var swept: Operand {
    sweepsColumns ? columns : Operand(columns.name, Matrix(zeros: 0, by: columns.dimension))
  }
}
