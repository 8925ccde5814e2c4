extension PairedViews {
  /// NT-Xent with a choice of negatives.
  func contrast(
    temperature: Double, negatives: Negatives, gradients: Set<NTXent.Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<NTXent.Variable> {
    let wanted = !gradients.isDisjoint(with: [.view1, .view2])
    if let hardness = negatives.hardness, negatives.parts == [.hardness] {
      let kept = wanted ? KeptTiles(SymmetricGrid(rows: rows.rows)) : nil
      let (margins, maxima) = try hardMargins(
        temperature: temperature, hardness: hardness, kept: kept, workers: workers)
      return evaluation(
        margins.meanLoss, margins.temperatureGradient, gradients,
        wanted
          ? try gradient(margins, maxima, temperature: temperature, kept: kept, workers: workers)
          : nil)
    }
    let all = Operand("views", rows)
    var term = ContrastTerm(
      anchors: all, own: partners, columns: all, temperature: temperature,
      exclusions: notNegatives)
    let chosen = try term.choose(
      negatives, support: ContrastTerm.Support(embeddings: all, images: count), workers: workers)
    let outcome = try term.evaluate(anchors: wanted, columns: wanted, workers: workers)
    var gradient = outcome.anchors
    if let columns = outcome.columns { gradient?.addRows(of: columns) { _ in 1 } }
    gradient?.addRows(of: partners) { Float(outcome.own[partner(of: $0)]) }
    return evaluation(outcome.loss, outcome.slope, gradients, gradient, selected: chosen)
  }

  private func evaluation(
    _ loss: Double, _ slope: Double, _ wanted: Set<NTXent.Variable>, _ gradient: Matrix?,
    selected: [String: Int] = [:]
  ) -> Evaluation<NTXent.Variable> {
    var result: [NTXent.Variable: Matrix] = [:]
    if wanted.contains(.view1) { result[.view1] = gradient?.rows(0..<count) }
    if wanted.contains(.view2) { result[.view2] = gradient?.rows(count..<(2 * count)) }
    return Evaluation(
      loss: loss, gradients: result,
      temperatureGradient: wanted.contains(.temperature) ? slope : nil, selected: selected)
  }

  /// Margins against weighted negatives, each pair of rows computed once; with the shifts of the
  /// softmaxes that the negatives' coefficients are made of.
  private func hardMargins(
    temperature: Double, hardness: HardNegativeWeights, kept: KeptTiles?, workers: Workers
  ) throws(ContrastiveError) -> (PositiveMargins, maxima: [[Float]]) {
    let beta = hardness.beta
    let hard = RunningSoftmax(
      temperature: temperature / (1 + beta), excluding: notNegatives, readsOnly: true)
    var (terms, weights): ([RunningSoftmax.Partial], [RunningSoftmax.Partial]?) = ([], nil)
    if beta > 0 {
      let both = try run(
        Together(hard, RunningSoftmax(temperature: temperature / beta, readsOnly: true)),
        accumulating: false, kept: kept, workers: workers
      ).blocks
      (terms, weights) = (both.map(\.first), both.map(\.second))
    } else {
      terms = try run(hard, accumulating: false, kept: kept, workers: workers).blocks
    }
    var negatives = NegativeStatistics(
      terms: terms, weights: weights,
      counts: [Double](repeating: Double(2 * count - 2), count: 2 * count),
      temperature: temperature, hardness: hardness)
    let positives = OwnPositives(rows, partners)
    var found = positives.margins(against: negatives)
    if !found.delicate.isEmpty {
      let exact = similarities(of: found.delicate, workers: workers)
      for (row, all) in zip(found.delicate, exact) { negatives.set(all, row: row) }
      found = positives.margins(against: negatives)
    }
    let maxima = [terms.flatMap(\.maximum)] + (weights.map { [$0.flatMap(\.maximum)] } ?? [])
    return (found, maxima)
  }

  private func gradient(
    _ margins: PositiveMargins, _ maxima: [[Float]], temperature: Double, kept: KeptTiles?,
    workers: Workers
  ) throws(ContrastiveError) -> Matrix? {
    let scale = 1 / (Double(rows.rows) * temperature)
    let terms = margins.negativeTerms(maxima, scale: scale, asColumns: false).map {
      SoftmaxCoefficients(temperature: $0.temperature, rows: $0.rows, columns: $0.rows)
    }
    var gradient = try run(
      CoefficientSum(terms, excluding: notNegatives), accumulating: true, kept: kept,
      workers: workers
    ).accumulated
    let positives = rows.rowDots(partners)
    gradient?.addRows(of: partners) { row in
      Float(
        scale
          * (margins.positive(row, positives[row])
            + margins.positive(partner(of: row), positives[row])))
    }
    return gradient
  }

  /// Similarities of a few rows with their negatives, in Double.
  ///
  /// Complexity: 2 · rows · 2N · dimension floating-point operations.
  private func similarities(
    of few: [Int], workers: Workers
  ) -> [[(similarity: Double, count: Double)]] {
    var found = [[(similarity: Double, count: Double)]](repeating: [], count: few.count)
    let (columns, dimension) = (rows.rows, rows.columns)
    rows.withUnsafeBufferPointer { values in
      found.withUnsafeMutableBufferPointer { found in
        let (values, found) = (SharedReadOnlyMemory(values), SharedMemory(found))
        workers.forEach(few.count) { index, _ in
          let row = few[index]
          found[index] = (0..<columns).filter { $0 != row && $0 != partner(of: row) }.map {
            let similarity = RowKernels.best.dot(
              values + row * dimension, values + $0 * dimension, count: dimension)
            return (similarity, 1)
          }
        }
      }
    }
    return found
  }
}
