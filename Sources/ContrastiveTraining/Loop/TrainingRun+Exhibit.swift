import Contrastive

extension TrainingRun {
  /// Images nearest to each prototype that are shown.
  private static let imagesPerPrototype = 9
  /// Anchors whose false negatives are shown.
  private static let anchors = 32

  /// The training images nearest to each of the method's prototypes, nearest first; nil when it has
  /// none.
  ///
  /// - Throws: `ContrastiveError`, such as `.zeroNorm`.
  func nearestToPrototypes() throws(ContrastiveError) -> NeighborTable? {
    guard let prototypes = try method.exhibit.prototypes else { return nil }
    let rows = try start.projections(by: prototypes.encoder ?? encoder, workers: workers)
      .directions(argument: "projections").rows
    return try NeighborTable(
      nearestTo: prototypes.rows, in: rows, k: min(Self.imagesPerPrototype, rows.rows),
      workers: workers)
  }

  /// Images that the method takes for false negatives of others in a batch: the data set's first
  /// images in the views of one more epoch.
  ///
  /// - Returns: some images that any were found for, with those; nil when the method does not look.
  /// - Throws: `ContrastiveError`.
  func falseNegatives() throws(ContrastiveError) -> [(anchor: Int, found: [Int])]? {
    guard let search = try method.exhibit.falseNegatives else { return nil }
    let images = Array(0..<batchSize)
    var values: [Float] = []
    for (view, recipe) in method.views.enumerated() {
      let views = try recipe.views(
        of: train, images, seed: options.seed, epoch: options.epochs, view: view,
        workers: workers)
      var encoder = encoder
      values += try encoder.projections(of: views, mode: .evaluation, workers: workers)
        .directions(argument: "projections").rows.values
    }
    let rows = try Matrix(
      rows: method.views.count * batchSize, columns: encoder.projectionDimension, values: values)
    let found = try search.find(
      support: rows, views: method.views.count, among: rows, workers: workers)
    let anchors = found.enumerated().map { anchor, columns in
      (anchor: anchor, found: Set(columns.map { $0 % batchSize }).sorted())
    }
    return Array(anchors.lazy.filter { !$0.found.isEmpty }.prefix(Self.anchors))
  }
}
