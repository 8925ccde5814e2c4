/// Every anchor must find its positives among negatives: the shape that InfoNCE's family shares.
///
/// A row's positives are its own column, which is no column of the sweep, and those that `roles`
/// name. Its negatives are the shared columns that are not excluded, those that `roles` weigh, any
/// number at logit 0, and columns of the row's own. Only positives and named columns are apart, in
/// Double (see `PositiveMargins`). A row without negatives has the value 0 where it has one
/// positive.
struct ContrastTerm: Sendable {
  let anchors: Operand
  /// Columns that every row sees, in one sweep; there may be none.
  ///
  /// In half precision they have no gradient and no `hardness`.
  let columns: Operand
  let temperature: Double
  /// Row i is anchor i's own column.
  var own: Matrix?
  /// Whether columns are negatives unless `roles` name them; else only those that are named take
  /// part.
  var sweepsColumns = true
  /// Entries of anchors × columns that take no part.
  var exclusions: [Exclusion] = []
  /// Negatives at logit 0 of each row, which have a value and no gradient; empty for none.
  var zeros: [Int] = []
  /// Columns of each row's own.
  var extras: [any RowColumns] = []
  /// Columns that are more than a negative, or less.
  var roles: ColumnRoles
  /// Negatives of each row in the sweep that no window of ranks leaves out; nil where none does.
  var rankedCounts: [Int]?
  /// How negatives are weighted and debiased.
  var hardness: HardNegativeWeights?
  /// Whether the mean over several positives is inside the logarithm.
  var insideLogarithm = false

  init(
    anchors: Operand, own: Matrix?, columns: Operand, temperature: Double,
    exclusions: [Exclusion] = []
  ) {
    self.anchors = anchors
    self.columns = columns
    self.temperature = temperature
    self.own = own
    self.exclusions = exclusions
    roles = ColumnRoles(rows: anchors.matrix.rows)
  }

  /// A value with what it was asked to be differentiated by.
  struct Outcome: Sendable {
    /// The mean over the anchors.
    var loss: Double
    /// ∂loss/∂temperature.
    var slope: Double
    /// ∂loss/∂anchors.
    var anchors: Matrix?
    /// ∂loss/∂columns.
    var columns: Matrix?
    /// ∂loss/∂(row i's own column) is this times anchor i.
    var own: [Double]
  }

  /// The value and its gradients.
  ///
  /// Complexity: with N anchors and M columns, 4·N·M·D floating-point operations with the gradient
  /// for the anchors (6·N·M·D with `hardness`), 4·N·M·D more for that of the columns. With as many
  /// columns as anchors, at most 4,096, both gradients take 6·N·M·D.
  func evaluate(
    anchors wantsAnchors: Bool, columns wantsColumns: Bool = false, workers: Workers
  ) throws(ContrastiveError) -> Outcome {
    let excluded = roles.isEmpty ? exclusions : exclusions + [.listed(roles.lists)]
    let pass = try sweep(
      anchors: wantsAnchors, columns: wantsColumns, excluding: excluded, workers)
    let named = namedColumns
    let listed = ListedPairs(
      named.lists, rows: anchors.matrix, columns: named.columns, workers: workers)
    var negatives = pass.statistics
    for row in zeros.indices { negatives.add(0, count: Double(zeros[row]), row: row) }
    for row in 0..<roles.lists.rows { negatives.add(weighed(listed, row: row), row: row) }
    var measured: [[[RowMeasure]]] = []
    for extra in extras { measured.append(try extra.measures(of: anchors.matrix, workers)) }
    for (row, values) in measured.lazy.flatMap({ $0.enumerated() }) {
      negatives.add(values.map { ($0.similarity, 1) }, row: row)
    }
    let ownSimilarities = own.map { anchors.matrix.rowDots($0) }
    var margins = margins(listed, ownSimilarities, negatives)
    if !margins.delicate.isEmpty {
      makeExact(&negatives, rows: margins.delicate, listed, measured, workers)
      margins = self.margins(listed, ownSimilarities, negatives)
    }
    let scale = 1 / (Double(anchors.matrix.rows) * temperature)
    let equalShares = equalShares
    var outcome = Outcome(
      loss: margins.meanLoss, slope: margins.temperatureGradient,
      own: (ownSimilarities ?? []).enumerated().map {
        scale * margins.positive($0.offset, $0.element, share: equalShares[$0.offset])
      })
    let found = margins
    let coefficient: @Sendable (Int, Int) -> Double = { row, place in
      let similarity = listed.similarities[place]
      return switch roles.roles[place] {
      case .positive(let weight, let share):
        scale
          * found.positive(row, similarity, weight: weight, share: share ?? equalShares[row])
      case .negative(let count): scale * count * found.negative(row, similarity)
      case .dropped: 0
      }
    }
    let sums = try sums(
      pass, margins, scale: scale, anchors: wantsAnchors, columns: wantsColumns,
      excluding: excluded, workers)
    if var gradient = sums.anchors {
      if !roles.isEmpty {
        listed.add(
          to: &gradient, columns: named.columns, workers: workers, coefficient: coefficient)
      }
      for (extra, measures) in zip(extras, measured) {
        extra.add(to: &gradient, of: anchors.matrix, measures: measures, workers) {
          scale * found.negative($0, $1)
        }
      }
      if let own { gradient.addRows(of: own) { Float(outcome.own[$0]) } }
      outcome.anchors = gradient
    }
    if var gradient = sums.columns {
      listed.addExchanged(
        to: &gradient, rows: anchors.matrix, workers: workers, coefficient: coefficient)
      outcome.columns = gradient
    }
    return outcome
  }

  /// Adds `weight` × the mean over the anchors to a loss and, where there is one, to a gradient.
  func add(
    weight: Double, to loss: inout Double, gradient: inout Matrix?, workers: Workers
  ) throws(ContrastiveError) {
    let outcome = try evaluate(anchors: gradient != nil, workers: workers)
    loss += weight * outcome.loss
    if let own = outcome.anchors { gradient?.addRows(of: own) { _ in Float(weight) } }
  }

  /// The named columns in Float32, and what indexes them: the columns themselves, or those that are
  /// named of columns in half precision.
  private var namedColumns: (lists: RowLists, columns: Matrix) {
    guard columns.half != nil else { return (roles.lists, columns.matrix) }
    let rows = (0..<roles.lists.rows).map { roles.lists[$0].map(Int.init) }
    let named = Set(rows.joined()).sorted()
    let places = Dictionary(uniqueKeysWithValues: named.enumerated().map { ($1, $0) })
    return (
      RowLists(rows.map { $0.compactMap { places[$0] } }, isSymmetric: false),
      columns.rows(at: named)
    )
  }

  private func margins(
    _ listed: ListedPairs, _ ownSimilarities: [Double]?, _ negatives: NegativeStatistics
  ) -> PositiveMargins {
    var softmax = RowSoftmax(rows: anchors.matrix.rows)
    var (totals, shares, counts): ([Double], [Double], [Int]) = ([], [], [])
    let equal = equalShares
    for row in 0..<anchors.matrix.rows {
      var values: [(similarity: Double, count: Double)] =
        ownSimilarities.map { [($0[row], 1)] } ?? []
      var (total, sum) = (0.0, 0.0)
      if let ownSimilarities { (total, sum) = (equal[row] * ownSimilarities[row], equal[row]) }
      for place in roles.lists.places(of: row) {
        guard case .positive(let weight, let share) = roles.roles[place] else { continue }
        values.append((listed.similarities[place], weight))
        total += (share ?? equal[row]) * listed.similarities[place]
        sum += share ?? equal[row]
      }
      totals.append(total)
      shares.append(sum)
      counts.append(values.count)
      guard !values.isEmpty else { continue }
      let softmaxSum = LogSum(values, temperature: temperature)
      softmax.add(logSum: softmaxSum.logSum, mean: softmaxSum.mean, row: row)
    }
    return PositiveMargins(
      positives: softmax, totals: totals, shares: shares, counts: counts, negatives: negatives,
      temperature: temperature, insideLogarithm: insideLogarithm)
  }

  /// The share of the target of each row's own column and of those that are attracted like it: what
  /// the others leave, or 1 each, which is the same once divided by their sum.
  private var equalShares: [Double] {
    (0..<anchors.matrix.rows).map { row in
      var (count, taken) = (own == nil ? 0 : 1, 0.0)
      for place in roles.lists.places(of: row) {
        guard case .positive(_, let share) = roles.roles[place] else { continue }
        if let share { taken += share } else { count += 1 }
      }
      return taken > 0 ? max(0, 1 - taken) / Double(max(1, count)) : 1
    }
  }

  /// The negatives of a row that are named, with how often each counts.
  private func weighed(_ listed: ListedPairs, row: Int) -> [(similarity: Double, count: Double)] {
    roles.lists.places(of: row).compactMap { place in
      guard case .negative(let count) = roles.roles[place] else { return nil }
      return (listed.similarities[place], count)
    }
  }

  /// Computes the statistics of some rows in Double from the dot products on.
  private func makeExact(
    _ negatives: inout NegativeStatistics, rows: [Int], _ listed: ListedPairs,
    _ measured: [[[RowMeasure]]], _ workers: Workers
  ) {
    let excluded = roles.isEmpty ? exclusions : exclusions + [.listed(roles.lists)]
    var found = [[(similarity: Double, count: Double)]](repeating: [], count: rows.count)
    let dimension = anchors.matrix.columns
    let swept = swept.matrix
    let width = swept.rows
    anchors.matrix.withUnsafeBufferPointer { anchors in
      swept.withUnsafeBufferPointer { columns in
        found.withUnsafeMutableBufferPointer { found in
          let (anchors, columns) = (SharedReadOnlyMemory(anchors), SharedReadOnlyMemory(columns))
          let found = SharedMemory(found)
          workers.forEach(rows.count) { index, _ in
            let row = rows[index]
            let similarities = (0..<width).map {
              RowKernels.best.dot(
                anchors + row * dimension, columns + $0 * dimension, count: dimension)
            }
            var taking = similarities.map(Float.init)
            taking.withUnsafeMutableBufferPointer { taking in
              guard let base = taking.baseAddress else { return }
              let tile = Tile(
                rows: row..<(row + 1), columns: 0..<width, values: base, stride: width)
              for exclusion in excluded { exclusion.apply(to: tile) }
            }
            found[index] = (0..<width).filter { taking[$0] > -.infinity }.map {
              (similarities[$0], 1)
            }
          }
        }
      }
    }
    for (index, row) in rows.enumerated() {
      var all = found[index] + weighed(listed, row: row)
      if !zeros.isEmpty { all.append((0, Double(zeros[row]))) }
      for extra in measured { all += extra[row].map { ($0.similarity, 1) } }
      negatives.set(all, row: row)
    }
  }
}
