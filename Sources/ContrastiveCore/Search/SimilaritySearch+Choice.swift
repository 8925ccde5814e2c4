import ContrastiveKernels

extension SimilaritySearch {
  /// Rows and columns of the sample.
  private static let sampleRows = 32
  private static let sampleColumns = 2_048

  /// What bounds similarities; it has no effect on the result.
  ///
  /// Codes where they are worth their making, and where a sample says that they leave little to be
  /// decided in Double; else Float32.
  func choice(
    _ rowValues: SharedReadOnlyMemory<Float>, _ columnValues: SharedReadOnlyMemory<Float>,
    rowCenter: [Float], columnCenter: [Float], _ workers: Workers
  ) -> Screen {
    let dimension = rowCenter.count
    guard contrastive_kernels_are_optimized(), !product.hasWideCodes, rows.rows >= 64,
      columns.rows >= Self.sampleColumns, 16...32_768 ~= dimension, CodeProduct.faultOfBest == nil
    else { return .float }
    // A survivor takes as long as a hundred pairs and more; a pair of a graph serves two rows.
    let most = compared == .others && memory == nil ? 0.012 : 0.004
    return survivors(rowValues, columnValues, rowCenter, columnCenter, workers) <= most
      ? .codes : .float
  }

  /// The share of pairs of a sample that bounds of codes leave open, beyond the k nearest.
  private func survivors(
    _ rowValues: SharedReadOnlyMemory<Float>, _ columnValues: SharedReadOnlyMemory<Float>,
    _ rowCenter: [Float], _ columnCenter: [Float], _ workers: Workers
  ) -> Double {
    let dimension = rowCenter.count
    func sample(_ values: SharedReadOnlyMemory<Float>, _ rows: Int, _ count: Int) -> [Float] {
      (0..<count).flatMap { place in
        UnsafeBufferPointer(
          start: values + (place * rows / count) * dimension, count: dimension)
      }
    }
    func coded(_ sample: [Float], _ count: Int, _ center: [Float], _ other: [Float]) -> CodedRows {
      sample.withSharedMemory {
        CodedRows(
          $0, rows: 0..<count, center: center, other: other, for: product, workers: workers)
      }
    }
    let (rowCount, columnCount) = (Self.sampleRows, Self.sampleColumns)
    let some = coded(
      sample(rowValues, rows.rows, rowCount), rowCount, rowCenter, columnCenter)
    let others = coded(
      sample(columnValues, columns.rows, columnCount), columnCount, columnCenter, rowCenter)
    let products = product.multiply(some, others)
    let rank = max(1, k * columnCount / columns.rows)
    let largest = others.norms.max() ?? 0
    var open = 0
    for row in 0..<rowCount {
      var lower = [Double](repeating: 0, count: columnCount)
      var upper = lower
      let reach = some.norms[row] + some.residuals[row]
      for column in 0..<columnCount {
        let value =
          Double(products[row * columnCount + column]) * Double(some.scales[row])
          * Double(others.scales[column]) + others.offsets[column]
        let error = some.residuals[row] * largest + reach * others.residuals[column]
        (lower[column], upper[column]) = (value - error, value + error)
      }
      let threshold = lower.sorted(by: >)[min(rank, columnCount) - 1]
      open += upper.count { $0 >= threshold } - rank
    }
    return Double(open) / Double(rowCount * columnCount)
  }
}
