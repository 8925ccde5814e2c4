/// Contrasts that share their similarities, which are then computed once for all.
extension Contrast {
  /// The mean of two directions: anchors against columns, and the reverse.
  ///
  /// Complexity: 8·N²·D floating-point operations for everything, 6·N²·D up to 4,096 rows, where
  /// all columns but each anchor's own are plain negatives; else twice that of one direction.
  ///
  /// `backward` is `forward` with its two sets exchanged, of which row i is each other's positive.
  /// Gradients are for the anchors and the columns of `forward`; losses are those of its anchors,
  /// then of the others, and there are no `paired`.
  static func mean(
    of forward: Contrast, and backward: Contrast, _ wanted: ContrastGradients, workers: Workers
  ) throws(ContrastiveError) -> ContrastValue {
    guard forward.isPlain, backward.isPlain else {
      return try separately(forward, backward, wanted, workers)
    }
    let forward = try forward.encoded(workers)
    let backward = backward.between(forward.columns, forward.anchors)
    let (queries, keys, temperature) = (forward.anchors, backward.anchors, forward.temperature)
    let pass = CrossingPass(queries, keys)
    let reader = SoftmaxReader(temperature: temperature, excluding: forward.exclusions)
    let (rows, columns): ([SoftmaxStatistics], [SoftmaxStatistics])
    var kept: KeptTiles?
    if wanted.anchors || wanted.columns {
      (rows, columns, kept) = try pass.readBothKeeping(reader, workers: workers)
    } else {
      (rows, columns) = try pass.readBoth(reader, workers: workers)
    }
    func read(
      _ contrast: Contrast, _ blocks: [SoftmaxStatistics]
    ) throws(ContrastiveError) -> ReadContrast {
      try ReadContrast(
        contrast,
        negatives: Denominators(
          blocks.logSums(temperature: temperature), temperature: temperature),
        maxima: [blocks.flatMap(\.maximum)], weight: 0.5, workers: workers)
    }
    let (ahead, back) = (try read(forward, rows), try read(backward, columns))
    var value = ContrastValue(
      losses: ahead.margins.loss + back.margins.loss,
      temperatureGradient: 0.5
        * (ahead.margins.temperatureGradient + back.margins.temperatureGradient),
      paired: [])
    value.errorBound = ahead.errorBound(with: back)
    guard wanted.anchors || wanted.columns else { return value }
    var (forRows, forColumns) = try pass.sums(
      SoftmaxWriter(
        temperature: temperature, rows: ahead.sides[0].side, columns: back.sides[0].side,
        excluding: forward.exclusions),
      kept: kept, keepingOwn: wanted.keepsOwnRows, workers: workers)
    value.kept = wanted.keepsOwnRows ? pass.ownRows(workers).map { ($0, $0) } : nil
    let first = value.kept?.anchors.lowerBound ?? 0
    let (own, other) = (ahead.pairedCoefficients, back.pairedCoefficients)
    if wanted.anchors {
      forRows.addRows(of: keys.matrix, from: first) { Float(own[$0] + other[$0]) }
      value.anchors = forRows
    }
    if wanted.columns {
      forColumns.addRows(of: queries.matrix, from: first) { Float(own[$0] + other[$0]) }
      value.columns = forColumns
    }
    return value
  }

  /// Whether all columns but an anchor's own are negatives that count once.
  private var isPlain: Bool {
    roles.isEmpty && zeros.isEmpty && extras.isEmpty && hardness == nil && readsColumns
      && exclusions.isSymmetric
  }

  private static func separately(
    _ forward: Contrast, _ backward: Contrast, _ wanted: ContrastGradients, _ workers: Workers
  ) throws(ContrastiveError) -> ContrastValue {
    let ahead = try forward.evaluate(
      ContrastGradients(anchors: wanted.anchors, columns: wanted.columns), workers: workers)
    let back = try backward.evaluate(
      ContrastGradients(anchors: wanted.columns, columns: wanted.anchors), workers: workers)
    /// Half of what the one and the other direction give a set, and what its rows are paired with.
    func half(_ a: Matrix?, _ b: Matrix?, paired: [Double], with rows: Matrix) -> Matrix? {
      guard var sum = a, let b else { return nil }
      sum.addRows(of: b) { _ in 1 }
      sum.addRows(of: rows) { Float(paired[$0]) }
      sum.scaleRows { _ in 0.5 }
      return sum
    }
    var value = ContrastValue(
      losses: ahead.losses + back.losses,
      temperatureGradient: 0.5 * (ahead.temperatureGradient + back.temperatureGradient),
      anchors: half(
        ahead.anchors, back.columns, paired: back.paired, with: backward.anchors.matrix),
      columns: half(
        ahead.columns, back.anchors, paired: ahead.paired, with: forward.anchors.matrix),
      paired: [])
    value.errorBound = ErrorBound.sum(ahead.errorBound, back.errorBound, times: 1).map {
      ErrorBound(loss: $0.loss / 2)
    }
    return value
  }

  /// A sum of contrasts that differ in their exclusions alone: one pass for what they know of the
  /// columns, one for the gradient.
  ///
  /// Complexity: 6·N·M·D floating-point operations, whatever their number.
  static func sum(
    of contrasts: [Contrast], weight: Double, anchors wantsAnchors: Bool, workers: Workers
  ) throws(ContrastiveError) -> ContrastValue {
    let (first, temperature) = (try contrasts[0].encoded(workers), contrasts[0].temperature)
    let pass = RectanglePass(rows: first.anchors, columns: first.columns)
    let blocks = try pass.read(
      MultiMaskSoftmaxReader(
        temperature: temperature, exclusions: contrasts.map(\.allExclusions)),
      workers: workers)
    var value = ContrastValue(
      losses: [Double](repeating: 0, count: first.anchors.rows), temperatureGradient: 0,
      paired: [Double](repeating: 0, count: first.anchors.rows))
    var terms: [SoftmaxWriter] = []
    for (index, given) in contrasts.enumerated() {
      let contrast = given.between(first.anchors, first.columns)
      let found = blocks.map { $0[index] }
      let read = try ReadContrast(
        contrast,
        negatives: Denominators(found.logSums(temperature: temperature), temperature: temperature),
        maxima: [found.flatMap(\.maximum)], weight: weight, workers: workers)
      for (row, loss) in read.margins.loss.enumerated() { value.losses[row] += weight * loss }
      for (row, own) in read.pairedCoefficients.enumerated() { value.paired[row] += own }
      value.temperatureGradient += weight * read.margins.temperatureGradient
      value.errorBound = ErrorBound.sum(value.errorBound, read.errorBound, times: 1)
      terms += read.sides.map { temperature, side in
        SoftmaxWriter(temperature: temperature, rows: side, excluding: contrast.allExclusions)
      }
    }
    guard wantsAnchors else { return value }
    var sums = try pass.sums(SoftmaxSumWriter(terms), workers: workers)
    let own = value.paired
    if let paired = first.paired { sums.addRows(of: paired) { Float(own[$0]) } }
    value.anchors = sums
    return value
  }
}
