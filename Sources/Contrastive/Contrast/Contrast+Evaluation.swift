/// Statistics → margins → coefficients → gradient.
///
/// One pass reads the columns of every anchor. `ReadContrast` puts positives and negatives
/// together. A second pass writes the coefficients of the negatives and sums them into gradients;
/// those of positives and named columns are added one by one.
extension Contrast {
  /// The value and its gradients.
  ///
  /// Complexity: with N anchors and M columns, 4·N·M·D floating-point operations with the gradient
  /// for the anchors (6·N·M·D with `hardness`), 4·N·M·D more for that of the columns. With as many
  /// columns as anchors, at most 4,096, both gradients take 6·N·M·D; with the anchors as columns
  /// N²·D for the value and 3·N²·D more for the gradient.
  func evaluate(
    _ wanted: ContrastGradients, workers: Workers
  ) throws(ContrastiveError) -> ContrastValue {
    let strategy = strategy(wanted)
    let contrast = try (strategy == .symmetric ? symmetrized : self).encoded(workers)
    if strategy == .crossing, contrast.isReadInBands {
      return try contrast.evaluateInBands(workers)
    }
    let kept = keptRows(strategy, wanted, workers)
    let wanted = ContrastGradients(
      anchors: wanted.anchors, columns: wanted.columns, keepsOwnRows: kept != nil)
    let reading = try contrast.read(strategy, wanted, workers)
    let read = try ReadContrast(
      contrast, negatives: reading.negatives, maxima: reading.maxima, grouped: reading.grouped,
      workers: workers)
    var value = ContrastValue(
      losses: read.margins.loss, temperatureGradient: read.margins.temperatureGradient,
      paired: read.pairedCoefficients)
    value.kept = kept
    value.errorBound = read.errorBound
    let sums = try contrast.sums(read, reading, strategy, wanted, workers)
    (value.anchors, value.columns) = (sums.anchors, sums.columns)
    if wanted.anchors, var gradient = value.anchors {
      value.anchors = nil
      read.addApart(toAnchors: &gradient, from: kept?.anchors.lowerBound ?? 0, workers)
      value.anchors = gradient
    }
    if wanted.columns, !isOneSet, var gradient = value.columns {
      value.columns = nil
      read.addApart(toColumns: &gradient, workers)
      value.columns = gradient
    }
    return value
  }

  /// How the similarities are walked.
  private enum Strategy {
    /// Each pair of rows once, for both.
    case symmetric
    /// Each tile for anchors and for columns, in bands of anchors or in pairs of blocks.
    case crossing
    /// Anchors against columns, and the reverse for the gradient of the columns.
    case rectangle
  }

  private func strategy(_ wanted: ContrastGradients) -> Strategy {
    if isOneSet, readsColumns, exclusions.isSymmetric { return .symmetric }
    let isSquare = columns.rows == anchors.rows && readsColumns && columns.half == nil
    return isSquare && !isOneSet && wanted.anchors && wanted.columns
      && CrossingPass.keepsAll(rows: anchors.rows) ? .crossing : .rectangle
  }

  /// The rows whose gradients this process keeps, where it may and nothing is named of a row but
  /// its positive.
  private func keptRows(
    _ strategy: Strategy, _ wanted: ContrastGradients, _ workers: Workers
  ) -> (anchors: Range<Int>, columns: Range<Int>)? {
    guard wanted.keepsOwnRows, strategy == .rectangle, !isOneSet, readsColumns, roles.isEmpty,
      extras.isEmpty
    else { return nil }
    return (
      RectanglePass(rows: anchors, columns: columns).ownRows(workers),
      RectanglePass(rows: columns, columns: anchors).ownRows(workers)
    )
  }

  private var symmetrized: Contrast {
    var contrast = self
    contrast.roles = roles.symmetrized()
    return contrast
  }

  /// Fewest rows of a group whose positives are taken from the tiles; the fewer positives of
  /// smaller ones are looked at one by one, in Double.
  static let smallestReadGroup = 33
}

/// What a pass over the columns has found.
private struct Reading {
  var negatives: Denominators
  /// Shifts for the softmaxes of the negatives.
  var maxima: [[Float]]
  /// Positives in groups, and shifts for their softmax.
  var grouped: [Margins.Positives]?
  var insideMaxima: [Float] = []
  /// Σ exp((s − maximum)/temperature) · column of each row.
  var sums: Matrix?
  /// Similarities for the pass that writes.
  var kept: KeptTiles?
}

extension Contrast {
  private func read(
    _ strategy: Strategy, _ wanted: ContrastGradients, _ workers: Workers
  ) throws(ContrastiveError) -> Reading {
    if let groups { return try read(groups, wanted, workers) }
    if let hardness { return try read(hardness, strategy, wanted, workers) }
    let reader = SoftmaxReader(temperature: temperature, excluding: allExclusions)
    let blocks: [SoftmaxStatistics]
    var (sums, kept): (Matrix?, KeptTiles?)
    if strategy == .rectangle, wanted.anchors {
      (blocks, sums) = try RectanglePass(rows: anchors, columns: readColumns).readAndSum(
        reader, keepingOwn: wanted.keepsOwnRows, workers: workers)
    } else {
      (blocks, kept) = try statistics(reader, strategy, wanted, workers)
    }
    return Reading(
      negatives: Denominators(blocks.logSums(temperature: temperature), temperature: temperature),
      maxima: [blocks.flatMap(\.maximum)], sums: sums, kept: kept)
  }

  private func read(
    _ hardness: HardNegativeWeights, _ strategy: Strategy, _ wanted: ContrastGradients,
    _ workers: Workers
  ) throws(ContrastiveError) -> Reading {
    let beta = hardness.beta
    let counts =
      rankedCounts
      ?? allExclusions.counts(rows: anchors.rows, columns: readColumns.rows, workers: workers)
    let terms = SoftmaxReader(temperature: temperature / (1 + beta), excluding: allExclusions)
    let first: [SoftmaxStatistics]
    var second: [SoftmaxStatistics]?
    let kept: KeptTiles?
    if beta > 0 {
      let weights = SoftmaxReader(temperature: temperature / beta)
      let (both, room) = try statistics(PairReader(terms, weights), strategy, wanted, workers)
      (first, second, kept) = (both.map(\.first), both.map(\.second), room)
    } else {
      (first, kept) = try statistics(terms, strategy, wanted, workers)
    }
    return Reading(
      negatives: Denominators(
        terms: first.logSums(temperature: temperature / (1 + beta)),
        weights: second?.logSums(temperature: temperature / beta),
        counts: counts.map(Double.init), temperature: temperature, hardness: hardness),
      maxima: [first.flatMap(\.maximum)] + (second.map { [$0.flatMap(\.maximum)] } ?? []),
      kept: kept)
  }

  private func read(
    _ groups: RowGroups, _ wanted: ContrastGradients, _ workers: Workers
  ) throws(ContrastiveError) -> Reading {
    let reader = GroupedSoftmaxReader(
      temperature: temperature, groups: groups, smallestGroup: Self.smallestReadGroup)
    let blocks: [GroupedSoftmaxReader.Statistics]
    var kept: KeptTiles?
    if wanted.anchors {
      (blocks, kept) = try SymmetricPass(anchors).readKeeping(reader, workers: workers)
    } else {
      blocks = try SymmetricPass(anchors).read(reader, workers: workers)
    }
    let sums = blocks.map(\.inside).logSums(temperature: temperature)
    let totals = blocks.flatMap(\.total)
    let positives = sums.indices.map { row in
      let count = groups[row].count < Self.smallestReadGroup ? 0 : Double(groups[row].count - 1)
      return Margins.Positives(sum: sums[row], total: totals[row], count: count)
    }
    return Reading(
      negatives: Denominators(
        blocks.map(\.outside).logSums(temperature: temperature), temperature: temperature),
      maxima: [blocks.flatMap(\.outside.maximum)], grouped: positives,
      insideMaxima: blocks.flatMap(\.inside.maximum), kept: kept)
  }

  private func statistics<Reader: MergingReader>(
    _ reader: Reader, _ strategy: Strategy, _ wanted: ContrastGradients, _ workers: Workers
  ) throws(ContrastiveError) -> ([Reader.Statistics], KeptTiles?) {
    switch strategy {
    case .rectangle:
      let pass = RectanglePass(rows: anchors, columns: readColumns)
      return (try pass.read(reader, workers: workers), nil)
    case .symmetric:
      let pass = SymmetricPass(anchors)
      guard wanted.anchors else { return (try pass.read(reader, workers: workers), nil) }
      return try pass.readKeeping(reader, workers: workers)
    case .crossing: return try CrossingPass(anchors, columns).readRows(reader, workers: workers)
    }
  }

  /// What the negatives, and positives in groups, add to the gradients.
  private func sums(
    _ read: ReadContrast, _ reading: Reading, _ strategy: Strategy, _ wanted: ContrastGradients,
    _ workers: Workers
  ) throws(ContrastiveError) -> (anchors: Matrix?, columns: Matrix?) {
    switch strategy {
    case .symmetric:
      guard wanted.anchors else { return (nil, nil) }
      let pass = SymmetricPass(anchors)
      if let groups {
        let writer = read.writer(for: groups, insideMaxima: reading.insideMaxima)
        return (try pass.sums(writer, kept: reading.kept, workers: workers), nil)
      }
      let writer = read.writer(rows: true, columns: true)
      return (try pass.sums(writer, kept: reading.kept, workers: workers), nil)
    case .crossing:
      let both = try CrossingPass(anchors, columns).sums(
        read.writer(rows: true, columns: false), kept: reading.kept, workers: workers)
      return (both.rows, both.columns)
    case .rectangle:
      var forAnchors = wanted.anchors ? try anchorSums(read, reading, wanted, workers) : nil
      guard isOneSet ? wanted.anchors : wanted.columns else { return (forAnchors, nil) }
      let forColumns = try columnSums(read, wanted, workers)
      guard isOneSet else { return (forAnchors, forColumns) }
      forAnchors?.addRows(of: forColumns) { _ in 1 }
      return (forAnchors, nil)
    }
  }

  private func anchorSums(
    _ read: ReadContrast, _ reading: Reading, _ wanted: ContrastGradients, _ workers: Workers
  ) throws(ContrastiveError) -> Matrix {
    let pass = RectanglePass(rows: anchors, columns: readColumns)
    if var sums = reading.sums, let side = read.sides.first?.side {
      let first = wanted.keepsOwnRows ? pass.ownRows(workers).lowerBound : 0
      sums.scaleRows { side.weight[first + $0] }
      return sums
    }
    return try pass.sums(
      read.writer(rows: true, columns: false), keepingOwn: wanted.keepsOwnRows, workers: workers)
  }

  private func columnSums(
    _ read: ReadContrast, _ wanted: ContrastGradients, _ workers: Workers
  ) throws(ContrastiveError) -> Matrix {
    guard readsColumns else { return Matrix(zeros: columns.rows, by: columns.dimension) }
    return try RectanglePass(rows: columns, columns: anchors).sums(
      read.writer(rows: false, columns: true), keepingOwn: wanted.keepsOwnRows, workers: workers)
  }
}
