extension SimilaritySearch {
  /// What bounds similarities; it has no effect on the result.
  ///
  /// Codes where they are worth their making, and where a sample says that they leave little to be
  /// decided in Double; else Float32.
  func choice(
    _ rowValues: SharedReadOnlyMemory<Float>, _ columnValues: SharedReadOnlyMemory<Float>,
    rowCenter: [Float], columnCenter: [Float], isGraph: Bool = false, _ workers: Workers
  ) -> Screen {
    let sample = CodeSample(
      rows: rowValues, columns: columnValues, rowCenter: rowCenter, columnCenter: columnCenter,
      product: product, workers: workers)
    guard let sample else { return .float }
    // A survivor takes as long as a hundred pairs and more; a pair of a graph serves two rows.
    let most = isGraph ? 0.012 : 0.004
    let constant = zip(rowCenter, columnCenter).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    let open = sample.openShare(
      wanting: Double(k) / Double(columns.rows), above: floor - slack - constant)
    return open <= most ? .codes : .float
  }
}
