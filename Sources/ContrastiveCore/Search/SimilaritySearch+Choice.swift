extension SimilaritySearch {
  /// What bounds similarities; it has no effect on the result.
  ///
  /// Codes where they are worth their making, and where a sample says that they leave little to be
  /// decided in Double; else Float32.
  func choice(
    _ rowValues: SharedReadOnlyMemory<Float>, _ columnValues: SharedReadOnlyMemory<Float>,
    rowCenter: [Float], columnCenter: [Float], _ workers: Workers
  ) -> Screen {
    let sample = CodeSample(
      rows: rowValues, columns: columnValues, rowCenter: rowCenter, columnCenter: columnCenter,
      product: product, workers: workers)
    guard let sample else { return .float }
    // A survivor takes as long as a hundred pairs and more; a pair of a graph serves two rows.
    let most = compared == .others && memory == nil ? 0.012 : 0.004
    let open = sample.openShare(wanting: Double(k) / Double(columns.rows))
    return open <= most ? .codes : .float
  }
}
