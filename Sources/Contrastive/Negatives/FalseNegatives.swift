/// Finds the columns that probably show the same thing as an image: its false negatives.
///
/// With the V support embeddings of each image,
/// ```
/// score(i, c) = max over v, or mean over v, of ⟨support_{v,i}, column_c⟩
/// found(i)    = those of the k highest scores, among columns of other images, above the threshold
/// ```
/// Ties go to the lower column; "above" is strict. Scores are dot products in Double: what bounds
/// by codes or in Float32 do not rule out is decided by them, so that the same columns are found on
/// every processor and with every matrix product. Huynh et al., "Boosting Contrastive
/// Self-Supervised Learning with False Negative Cancellation", WACV 2022, section 3.2.
public struct FalseNegatives: Sendable {
  /// How the similarities of an image's support embeddings become one score.
  public enum Aggregate: String, CaseIterable, Sendable {
    /// The largest of them, or their mean.
    case max, mean
  }

  /// k: how many columns are found at most.
  package let topK: Int
  /// What a score must be above; `nil` for no such condition.
  package let threshold: Double?
  /// How the similarities of an image's support embeddings become one score.
  package let aggregate: Aggregate

  /// A search; the defaults are the authors' code's.
  ///
  /// - Parameters:
  ///   - topK: at least 1; more than there are candidates takes them all.
  ///   - threshold: any number that is finite, or `nil` for none.
  ///   - aggregate: maximum or mean over the support.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    topK: Int = 10, threshold: Double? = 0.7, aggregate: Aggregate = .max
  ) throws(ContrastiveError) {
    try requireParameter(topK > 0, "top-k", topK, "1 or more")
    if let threshold {
      try requireParameter(threshold.isFinite, "threshold", threshold, "a number or none")
    }
    self.topK = topK
    self.threshold = threshold
    self.aggregate = aggregate
  }

  /// The false negatives of each image, by ascending column.
  ///
  /// Complexity: with N images, V views and C columns, 2·V·N·C·D operations for the maximum (half
  /// of it when columns and support are the same), 2·N·C·D for the mean, and 2·D, for the mean
  /// 2·V·D, in Double for each column that bounds leave open. Scratch beyond tiles: 24 · k + 800
  /// bytes for each row that is searched, and codes of 2 · D bytes a column, of at most 128 MiB.
  /// Where a threshold alone decides, k is what an image finds, at most four times that, and images
  /// that find 64 or more are searched again.
  ///
  /// - Parameters:
  ///   - support: [V·N × D], all images in the first view, then in the second, …
  ///   - views: V.
  ///   - columns: [C × D]; the first V·N are the images' own views in the order of the support, and
  ///     no candidates for their own image.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: for each image the indices of its false negatives.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`.
  public func find(
    support: Matrix, views: Int, among columns: Matrix, workers: Workers = .all
  ) throws(ContrastiveError) -> [[Int]] {
    let rows = Operand("support", support)
    try rows.requireRows()
    try requireShape(
      views > 0 && support.rows.isMultiple(of: views), rows.name, support.shape,
      "a multiple of \(views) rows")
    let others = Operand("columns", columns)
    try others.requireDimension(of: rows)
    try requireShape(
      columns.rows >= support.rows, others.name, columns.shape,
      "at least the \(support.rows) rows of support")
    let images = support.rows / views
    guard columns.rows > views else { return [[Int]](repeating: [], count: images) }
    guard aggregate == .max, support == columns else {
      let own = RowLists(
        (0..<images).map { image in (0..<views).map { $0 * images + image } },
        isSymmetric: false)
      return try find(
        support: rows, images: images, among: others, excluding: [.listed(own)], workers: workers)
    }
    // Support and columns are one set: each pair once.
    let own = RowLists(
      (0..<support.rows).map { row in
        (0..<views).map { $0 * images + row % images }
      }, isSymmetric: true)
    return try find(
      support: rows, images: images, among: others, excluding: [.listed(own)], isOneSet: true,
      workers: workers)
  }

  /// The same among any columns, of which `exclusions` say which are no candidates of an image;
  /// `isOneSet` where columns and support are the same rows.
  func find(
    support: Operand, images: Int, among columns: Operand, excluding exclusions: [Exclusion],
    isOneSet: Bool = false, workers: Workers
  ) throws(ContrastiveError) -> [[Int]] {
    let views = support.rows / images
    let byRow: [Exclusion] =
      if aggregate == .mean || isOneSet {
        exclusions
      } else {
        exclusions.map { .selected(rows: (0..<support.rows).map { $0 % images }, $0) }
      }
    let most = min(topK, columns.rows)
    // A threshold does not say how many columns reach it: lists grow where they are full.
    var k = threshold == nil ? most : min(most, Self.shortList)
    var found = try lists(
      of: support, images: images, k: k, among: columns, excluding: byRow, isOneSet: isOneSet,
      workers: workers)
    while k < most {
      let full = found.indices.filter { found[$0].count == k }
      k = min(most, 4 * k)
      // Candidates, and what is found of them.
      let bytes = SimilaritySearch.bytes(k: k, dimension: support.dimension) + 32 * k
      let size = max(8, Self.listMemory / (views * bytes))
      for part in 0..<pieces(full.count, size) {
        let some = Array(full[(part * size)..<min(full.count, (part + 1) * size)])
        let rows = (0..<views).flatMap { view in some.map { view * images + $0 } }
        let longer = try lists(
          of: Operand(support.name, support.matrix.rows(at: rows)), images: some.count, k: k,
          among: columns,
          excluding: byRow.map { .selected(rows: aggregate == .mean ? some : rows, $0) },
          isOneSet: false, workers: workers)
        for (image, list) in zip(some, longer) { found[image] = list }
      }
    }
    return found
  }

  /// The length of first lists where a threshold decides how many columns are found.
  private static let shortList = 64
  /// Bytes that longer lists may take at once.
  private static let listMemory = 1 << 28

  /// The k best columns of each image above the threshold, by ascending column.
  private func lists(
    of support: Operand, images: Int, k: Int, among columns: Operand,
    excluding exclusions: [Exclusion], isOneSet: Bool, workers: Workers
  ) throws(ContrastiveError) -> [[Int]] {
    let floor = threshold ?? -.infinity
    let found: SimilaritySearch.Found
    switch aggregate {
    case .max where isOneSet:
      found = try SimilaritySearch.graph(
        of: columns, k: k, excluding: exclusions, above: floor, workers: workers)
    case .max:
      found = try SimilaritySearch(
        k: k, rows: support, columns: columns, excluding: exclusions, above: floor
      ).run(workers: workers)
    case .mean:
      try support.requireFinite()
      let means = MeanSupport(support.matrix, images: images)
      found = try SimilaritySearch(
        k: k, rows: Operand(support.name, means.rows), columns: columns, excluding: exclusions,
        above: floor, decidedBy: means.decider(columns.matrix), slack: means.slack(columns.matrix)
      ).run(workers: workers)
    }
    let best = found.best(ofImages: images, workers: workers)
    return (0..<images).map { best.columns(of: $0).sorted() }
  }
}

/// The mean over the views of each image's support, and what its similarities are.
private struct MeanSupport {
  /// [images × D], rounded to Float32.
  let rows: Matrix
  private let support: Matrix
  private let views: Int

  init(_ support: Matrix, images: Int) {
    self.support = support
    let views = support.rows / images
    self.views = views
    let size = images * support.columns
    rows = support.withUnsafeBufferPointer { values in
      Matrix(rows: images, columns: support.columns) { target in
        for position in 0..<size {
          var sum = 0.0
          for view in 0..<views { sum += Double(values[view * size + position]) }
          target.initializeElement(at: position, to: Float(sum / Double(views)))
        }
      }
    }
  }

  /// The mean of the support's dot products, in Double.
  func decider(_ columns: Matrix) -> SimilarityDecider {
    let (support, views, images) = (support, views, rows.rows)
    return SimilarityDecider { image, column in
      let sum = (0..<views).reduce(0.0) {
        $0 + support.dot($1 * images + image, with: columns, column)
      }
      return sum / Double(views)
    }
  }

  /// How far that can be from the dot product of the rounded mean.
  ///
  /// Elements of the mean are rounded to 24 bits, or to 2⁻¹⁴⁹ where they underflow; sums of D · V
  /// products are taken in Double.
  func slack(_ columns: Matrix) -> Double {
    func largest(_ matrix: Matrix) -> Double {
      (matrix.rowDots(matrix).max() ?? 0).squareRoot()
    }
    let (terms, least) = (Double(support.columns + views), 0x1p-140)
    return largest(columns)
      * (0x1.01p-24 * largest(rows) + terms * 0x1p-52 * largest(support) + least)
  }
}
