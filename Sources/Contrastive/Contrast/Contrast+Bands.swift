/// A contrast of as many columns as anchors, both with gradients, a band of anchors at a time.
extension Contrast {
  /// Whether all columns but an anchor's own are negatives that count once, in Float32.
  var isReadInBands: Bool {
    roles.isEmpty && zeros.isEmpty && extras.isEmpty && hardness == nil && groups == nil
      && rankedCounts == nil && anchors.codes == nil && !form.isDecoupled
  }

  /// The value and both gradients.
  ///
  /// What is known of an anchor's columns says what its coefficients are, so that those of a band
  /// are written while its similarities are there. Complexity: 6·N·M·D floating-point operations.
  func evaluateInBands(_ workers: Workers) throws(ContrastiveError) -> ContrastValue {
    let reader = SoftmaxReader(temperature: temperature, excluding: exclusions)
    var bands: [Int: (losses: [Double], paired: [Double], temperatureGradient: Double)] = [:]
    var (forAnchors, forColumns) = try BandPass(rows: anchors, columns: columns).sums(
      reader, workers: workers
    ) { rows, found throws(ContrastiveError) in
      let read = try ReadContrast(
        band(rows),
        negatives: Denominators(
          [found].logSums(temperature: temperature), temperature: temperature),
        maxima: [found.maximum], weight: Double(rows.count) / Double(anchors.rows),
        workers: workers)
      bands[rows.lowerBound] = (
        read.margins.loss, read.pairedCoefficients,
        read.weight * read.margins.temperatureGradient
      )
      return read.writer(rows: true, columns: false)
    }
    let inOrder = bands.sorted { $0.key < $1.key }.map(\.value)
    let own = inOrder.flatMap(\.paired)
    if let paired {
      forAnchors.addRows(of: paired, from: 0, workers: workers) { Float(own[$0]) }
    }
    var value = ContrastValue(
      losses: inOrder.flatMap(\.losses),
      temperatureGradient: inOrder.reduce(0) { $0 + $1.temperatureGradient }, paired: own)
    (value.anchors, value.columns) = (forAnchors, forColumns)
    return value
  }

  /// The contrast of some anchors, with the same columns.
  private func band(_ range: Range<Int>) -> Contrast {
    var part = Contrast(
      Operand(anchors.name, anchors.matrix.rows(range)), paired: paired?.rows(range),
      against: .others(columns), temperature: temperature,
      excluding: exclusions.map { .selected(rows: Array(range), $0) })
    part.form = form
    return part
  }
}
