/// A contrast whose similarities have been read: margins, and the coefficients that follow.
struct ReadContrast: Sendable {
  let contrast: Contrast
  let margins: Margins
  /// log Σ exp(u) of each row's negatives.
  let logSums: [Double]
  /// What is certified; nil in Float32.
  let certificate: Certificate?
  /// 1 / (rows · temperature), times the weight of the contrast.
  let scale: Double
  /// Of the contrast in a sum of several.
  let weight: Double
  /// Shifts for the softmaxes of the negatives.
  private let maxima: [[Float]]
  private let listed: ListedPairs
  /// What `listed` indexes: the columns, or those that are named of columns in half precision.
  private let named: Matrix
  private let pairedSimilarities: [Double]
  private let measured: [[[RowMeasure]]]
  private let equalShares: [Double]

  /// Bytes of similarities in Double that are held at once.
  private static let exactBytes = 64 << 20

  /// - Parameters:
  ///   - contrast: the description.
  ///   - negatives: what a pass found of the columns it read.
  ///   - maxima: shifts of each of the softmaxes that make up the negatives.
  ///   - grouped: positives that the pass found, where there are `groups`.
  ///   - weight: of the contrast in a sum of several.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.zeroNorm` for a mix that has no direction, `.canceled`.
  init(
    _ contrast: Contrast, negatives: Denominators, maxima: [[Float]],
    grouped: [Margins.Positives]? = nil, weight: Double = 1, workers: Workers
  ) throws(ContrastiveError) {
    let anchors = contrast.anchors.matrix
    let (lists, named) = contrast.namedColumns
    let listed = ListedPairs(lists, rows: anchors, columns: named, workers: workers)
    let similarities = contrast.paired.map { anchors.rowDots($0) } ?? []
    let measured = try contrast.extras.map { extra throws(ContrastiveError) in
      try extra.measures(of: anchors, workers)
    }
    let equalShares = contrast.equalShares
    let positives = contrast.positives(
      listed, similarities, equalShares, grouped, workers: workers)
    /// Negatives of a row that no pass has read.
    @Sendable func apart(_ row: Int) -> [CountedSimilarity] {
      contrast.namedNegatives(listed, row: row)
        + (contrast.zeros.isEmpty ? [] : [(0, Double(contrast.zeros[row]))])
        + measured.flatMap { $0[row].map { ($0.similarity, 1) } }
    }
    var negatives = negatives
    if contrast.hasNegativesApart { negatives.add(workers: workers, apart) }
    var margins = Margins(positives, against: negatives, form: contrast.form)
    if !margins.illConditioned.isEmpty {
      let read = negatives
      let size = max(workers.count, Self.exactBytes / (16 * max(1, contrast.readColumns.rows)))
      for first in stride(from: 0, to: margins.illConditioned.count, by: size)
      where !workers.isCanceled {
        let some = margins.illConditioned.dropFirst(first).prefix(size)
        for (row, all) in zip(some, contrast.exactSimilarities(of: Array(some), workers: workers)) {
          negatives.set(all + apart(row), row: row)
        }
      }
      try workers.checkAnyCanceled()
      margins = Margins(
        positives, against: negatives, form: contrast.form, sharing: read)
    }
    self.contrast = contrast
    self.margins = margins
    logSums = negatives.rows.map(\.terms.logSum)
    certificate = Certificate(contrast, margins, positives, negatives)
    self.maxima = maxima
    self.listed = listed
    self.named = named
    self.measured = measured
    self.equalShares = equalShares
    pairedSimilarities = similarities
    self.weight = weight
    scale = weight / (Double(anchors.rows) * contrast.temperature)
  }

  /// ∂loss/∂(row i of `paired`) is this times anchor i.
  var pairedCoefficients: [Double] {
    pairedSimilarities.enumerated().map { row, similarity in
      scale * margins.positive(row, similarity, share: equalShares[row])
    }
  }

  /// The softmaxes of the negatives of each anchor, whose sum is their coefficients.
  var sides: [(temperature: Double, side: SoftmaxWriter.Side)] {
    margins.negativeSides(maxima, scale: scale)
  }

  /// What a pass writes where the anchors are its rows, its columns, or both.
  func writer(rows: Bool, columns: Bool) -> SoftmaxSumWriter {
    SoftmaxSumWriter(
      sides.map { temperature, side in
        SoftmaxWriter(
          temperature: temperature, rows: rows ? side : nil, columns: columns ? side : nil)
      },
      excluding: rows
        ? contrast.allExclusions : contrast.allExclusions.map { .transposed($0) })
  }

  /// The same for anchors in groups, whose positives the pass reads too.
  func writer(for groups: RowGroups, insideMaxima: [Float]) -> GroupedSoftmaxWriter {
    GroupedSoftmaxWriter(
      temperature: contrast.temperature, groups: groups,
      smallestGroup: Contrast.smallestReadGroup, outside: sides[0].side,
      inside: margins.positiveSide(insideMaxima, scale: scale),
      target: margins.target.map { Float(scale * $0) })
  }

  /// Adds what positives, named columns and columns of a row's own give the anchors; with the
  /// anchors as columns, from both sides.
  ///
  /// `gradient` starts with row `first`, which is 0 where there are more than positives.
  func addApart(toAnchors gradient: inout Matrix, from first: Int, _ workers: Workers) {
    let coefficients = listed.map(workers: workers, coefficient)
    listed.add(
      coefficients, times: named, to: &gradient,
      contrast.isOneSet ? .bothWays : .listed, workers: workers)
    for (extra, measures) in zip(contrast.extras, measured) {
      extra.add(to: &gradient, of: contrast.anchors.matrix, measures: measures, workers) {
        scale * margins.negative($0, $1)
      }
    }
    if let paired = contrast.paired {
      let coefficients = pairedCoefficients
      gradient.addRows(of: paired, from: first) { Float(coefficients[$0]) }
    }
  }

  /// Adds what anchors give the columns they name.
  func addApart(toColumns gradient: inout Matrix, _ workers: Workers) {
    listed.add(
      listed.map(workers: workers, coefficient), times: contrast.anchors.matrix, to: &gradient,
      .transposed, workers: workers)
  }

  /// ∂loss/∂u of a named column, over the temperature.
  private func coefficient(_ row: Int, _ place: Int) -> Double {
    let similarity = listed.similarities[place]
    switch contrast.roles.roles[place] {
    case .positive(let weight, let share):
      return scale
        * margins.positive(row, similarity, weight: weight, share: share ?? equalShares[row])
    case .negative(let count): return scale * count * margins.negative(row, similarity)
    case .excluded: return 0
    }
  }
}

extension Contrast {
  /// The named columns in Float32, and what indexes them.
  fileprivate var namedColumns: (lists: RowLists, columns: Matrix) {
    guard columns.half != nil else { return (roles.lists, columns.matrix) }
    let rows = (0..<roles.lists.rows).map { roles.lists[$0].map(Int.init) }
    let named = Set(rows.joined()).sorted()
    let places = Dictionary(uniqueKeysWithValues: named.enumerated().map { ($1, $0) })
    return (
      RowLists(rows.map { $0.compactMap { places[$0] } }, isSymmetric: false),
      columns.rows(at: named)
    )
  }

  /// The share of the target of each positive that has no share of its own: what the others leave,
  /// or 1 each, which is the same once divided by their sum.
  fileprivate var equalShares: [Double] {
    (0..<anchors.rows).map { row in
      var (count, taken) = (paired == nil ? 0 : 1, 0.0)
      for place in roles.lists.places(of: row) {
        guard case .positive(_, let share) = roles.roles[place] else { continue }
        if let share { taken += share } else { count += 1 }
      }
      return taken > 0 ? max(0, 1 - taken) / Double(max(1, count)) : 1
    }
  }

  /// The positives of each row.
  fileprivate func positives(
    _ listed: ListedPairs, _ similarities: [Double], _ equalShares: [Double],
    _ grouped: [Margins.Positives]?, workers: Workers
  ) -> [Margins.Positives] {
    workers.map(anchors.rows, runs: 64) { row in
      var positives = grouped?[row] ?? Margins.Positives()
      var values: [CountedSimilarity] = []
      func add(_ similarity: Double, weight: Double, share: Double) {
        values.append((similarity, weight))
        positives.total += share * similarity
        positives.shares += share
        positives.count += 1
      }
      if !similarities.isEmpty { add(similarities[row], weight: 1, share: equalShares[row]) }
      for place in roles.lists.places(of: row) {
        guard case .positive(let weight, let share) = roles.roles[place] else { continue }
        add(listed.similarities[place], weight: weight, share: share ?? equalShares[row])
        if share != nil { positives.areStated = true }
      }
      if positives.areStated { positives.shares = 1 }
      positives.sum.add(LogSumExp(values, temperature: temperature))
      return positives
    }
  }

  /// Whether there are negatives that no pass reads.
  fileprivate var hasNegativesApart: Bool {
    !zeros.isEmpty || !extras.isEmpty
      || roles.roles.contains { if case .negative = $0 { true } else { false } }
  }

  /// The negatives of a row that are named, with how often each counts.
  fileprivate func namedNegatives(_ listed: ListedPairs, row: Int) -> [CountedSimilarity] {
    roles.lists.places(of: row).compactMap { place in
      guard case .negative(let count) = roles.roles[place] else { return nil }
      return (listed.similarities[place], count)
    }
  }

  /// The similarities of some rows with the columns that a pass reads, in Double.
  ///
  /// Complexity: 2 · rows · columns · dimension floating-point operations.
  fileprivate func exactSimilarities(of rows: [Int], workers: Workers) -> [[CountedSimilarity]] {
    let (columns, dimension, exclusions) = (readColumns.matrix, anchors.dimension, allExclusions)
    let width = columns.rows
    return anchors.matrix.withSharedMemory(and: columns) { anchors, columns in
      workers.map(rows.count) { index in
        let row = rows[index]
        let similarities = (0..<width).map {
          RowKernels.best.dot(
            anchors + row * dimension, columns + $0 * dimension, count: dimension)
        }
        var read = similarities.map(Float.init)
        read.withMutableSharedMemory {
          exclusions.apply(
            to: Tile(rows: row..<(row + 1), columns: 0..<width, values: $0.base, stride: width))
        }
        return zip(similarities, read).filter { $1 > -.infinity }.map { ($0.0, 1) }
      }
    }
  }
}
