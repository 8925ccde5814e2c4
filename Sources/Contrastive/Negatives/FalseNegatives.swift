/// Finds the columns that probably show the same thing as an image: its false negatives.
///
/// With the V support embeddings of each image,
/// ```
/// score(i, c) = max over v, or mean over v, of ⟨support_{v,i}, column_c⟩
/// found(i)    = those of the k highest scores, among columns of other images, above the threshold
/// ```
/// Ties go to the lower column; "above" is strict. Candidates come from a Float32 pass, the scores
/// that decide between them are computed in Double. Huynh et al., "Boosting Contrastive
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

  /// Candidates looked at beyond the k-th, where rounding may have disordered a tie.
  private static let spare = 16

  /// A search; the defaults are the authors' code's.
  ///
  /// - Parameters:
  ///   - topK: at least 1; more than there are candidates takes them all.
  ///   - threshold: any number, or `nil` for none.
  ///   - aggregate: maximum or mean over the support.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    topK: Int = 10, threshold: Double? = 0.7, aggregate: Aggregate = .max
  ) throws(ContrastiveError) {
    try requireParameter(topK > 0, "top-k", topK, "1 or more")
    if let threshold, threshold.isNaN {
      throw .parameter(name: "threshold", found: "nan", expected: "a number or none")
    }
    self.topK = topK
    self.threshold = threshold
    self.aggregate = aggregate
  }

  /// The false negatives of each image, by ascending column.
  ///
  /// Complexity: with N images, V views and C columns, 2·V·N·C·D floating-point operations for the
  /// maximum (half of it when columns and support are the same), 2·N·C·D for the mean. Scratch
  /// beyond the engine's tiles: 8 · (2 k + 96) bytes for each support row.
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
    guard views > 0, support.rows.isMultiple(of: views) else {
      throw .shape(
        argument: rows.name, found: support.shape, expected: "a multiple of \(views) rows")
    }
    let others = Operand("columns", columns)
    try others.requireDimension(of: rows)
    guard columns.rows >= support.rows else {
      throw .shape(
        argument: others.name, found: columns.shape,
        expected: "at least the \(support.rows) rows of support")
    }
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
    let slack = margin(support.matrix, columns.matrix)
    let reader = reader(of: columns.rows, excluding: exclusions, slack: slack)
    if isOneSet, aggregate == .max {
      let blocks = try SymmetricPass(columns).read(reader, workers: workers)
      return choose(
        from: blocks.flatMap(\.best), support: support.matrix, images: images,
        among: columns.matrix, workers)
    }
    let views = support.matrix.rows / images
    if aggregate == .mean { try support.requireFinite() }
    let scored =
      aggregate == .mean
      ? [means(support.matrix, views: views)]
      : (0..<views).map { support.matrix.rows(($0 * images)..<(($0 + 1) * images)) }
    var candidates: [ArraySlice<UInt64>] = []
    for rows in scored {
      let pass = RectanglePass(rows: Operand(support.name, rows), columns: columns)
      candidates += try pass.read(reader, workers: workers).flatMap(\.best)
    }
    return choose(
      from: candidates, support: support.matrix, images: images, among: columns.matrix, workers)
  }

  /// The false negatives of each image among candidates.
  private func choose(
    from candidates: [ArraySlice<UInt64>], support: Matrix, images: Int, among columns: Matrix,
    _ workers: Workers
  ) -> [[Int]] {
    let slack = margin(support, columns)
    let views = support.rows / images
    return workers.map(images) { image in
      best(of: candidates, image: image, images: images, slack: slack) { column in
        score(support, views: views, image: image, images: images, columns, column)
      }
    }
  }

  /// Finds the candidates of each row.
  private func reader(
    of columns: Int, excluding exclusions: [Exclusion], slack: Double
  ) -> TopKReader {
    TopKReader(
      k: min(topK, columns) + Self.spare,
      above: threshold.map { Float($0 - slack).nextDown } ?? -.infinity, excluding: exclusions)
  }

  /// A row's best in the maximum over the views is among the best of the view that attains it, so
  /// the best of all views together hold it.
  private func best(
    of ranked: [ArraySlice<UInt64>], image: Int, images: Int, slack: Double,
    _ score: (Int) -> Double
  ) -> [Int] {
    var keys: [UInt64] = []
    for row in stride(from: image, to: ranked.count, by: images) { keys += ranked[row] }
    keys.sort(by: >)
    var seen: Set<Int> = []
    var scores: [(score: Double, column: Int)] = []
    var least = -Double.infinity
    for key in keys {
      let value = Double(RankKey.value(key))
      if value < least { break }
      let column = RankKey.index(key)
      guard seen.insert(column).inserted else { continue }
      let exact = score(column)
      if threshold.map({ exact > $0 }) ?? true { scores.append((exact, column)) }
      if seen.count == topK { least = value - 2 * slack }
    }
    scores.sort { ($0.score, $1.column) > ($1.score, $0.column) }
    return scores.prefix(topK).map(\.column).sorted()
  }

  /// The score of a column for an image, in Double.
  private func score(
    _ support: Matrix, views: Int, image: Int, images: Int, _ columns: Matrix, _ column: Int
  ) -> Double {
    var (top, sum) = (-Double.infinity, 0.0)
    for view in 0..<views {
      let similarity = support.dot(view * images + image, with: columns, column)
      top = Swift.max(top, similarity)
      sum += similarity
    }
    return aggregate == .max ? top : sum / Double(views)
  }

  /// Mean over the views of each image's support.
  private func means(_ support: Matrix, views: Int) -> Matrix {
    let images = support.rows / views
    let size = images * support.columns
    return support.withUnsafeBufferPointer { values in
      Matrix(rows: images, columns: support.columns) { target in
        for position in 0..<size {
          var sum = 0.0
          for view in 0..<views { sum += Double(values[view * size + position]) }
          target.initializeElement(at: position, to: Float(sum / Double(views)))
        }
      }
    }
  }

  /// What a Float32 dot product of these rows may be off by.
  private func margin(_ support: Matrix, _ columns: Matrix) -> Double {
    func largest(_ matrix: Matrix) -> Double { matrix.rowDots(matrix).max() ?? 0 }
    return 2e-6 * (largest(support) * largest(columns)).squareRoot()
  }
}
