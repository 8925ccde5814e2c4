import ContrastiveKernels

/// Codes of a few rows and columns: what their bounds leave open of a whole problem.
struct CodeSample {
  /// Rows and columns of the sample.
  private static let (rowCount, columnCount) = (32, 2_048)

  private let rows: CodedRows
  private let columns: CodedRows
  private let products: [Int32]

  /// Nil where codes are not worth their making: for want of vector instructions, or in small
  /// problems.
  init?(
    rows rowValues: SharedReadOnlyMemory<Float>, columns columnValues: SharedReadOnlyMemory<Float>,
    rowCenter: [Float], columnCenter: [Float], product: CodeProduct, workers: Workers
  ) {
    let dimension = rowCenter.count
    guard contrastive_kernels_are_optimized(), product.isVectorized, 16...32_768 ~= dimension,
      rowValues.count >= 64 * dimension, columnValues.count >= Self.columnCount * dimension,
      CodeProduct.faultOfBest == nil
    else { return nil }
    func coded(
      _ values: SharedReadOnlyMemory<Float>, _ count: Int, _ center: [Float], _ other: [Float]
    ) -> CodedRows {
      let all = values.count / dimension
      let sample = (0..<count).flatMap { place in
        UnsafeBufferPointer(start: values + (place * all / count) * dimension, count: dimension)
      }
      return sample.withSharedMemory {
        CodedRows(
          $0, rows: 0..<count, center: center, other: other, for: product, workers: workers)
      }
    }
    rows = coded(rowValues, Self.rowCount, rowCenter, columnCenter)
    columns = coded(columnValues, Self.columnCount, columnCenter, rowCenter)
    products = product.multiply(rows, columns)
  }

  /// The share of pairs that bounds leave open beyond those a row wants: the most similar `share`
  /// of the columns, above `floor` less the constant part of the centers.
  func openShare(wanting share: Double, above floor: Double) -> Double {
    let rank = min(max(1, Int(share * Double(columns.count))), columns.count)
    return openShare { lower, upper in
      let threshold = max(floor, lower.sorted(by: >)[rank - 1])
      return upper.count { $0 >= threshold } - min(rank, lower.count { $0 >= threshold })
    }
  }

  /// The share of pairs of which bounds do not say whether they reach a threshold, less the
  /// constant part of the centers.
  func openShare(threshold: Double) -> Double {
    openShare { lower, upper in
      upper.count { $0 >= threshold } - lower.count { $0 >= threshold }
    }
  }

  private func openShare(_ open: (_ lower: [Double], _ upper: [Double]) -> Int) -> Double {
    let largest = columns.norms.max() ?? 0
    var count = 0
    for row in 0..<rows.count {
      var lower = [Double](repeating: 0, count: columns.count)
      var upper = lower
      let reach = rows.norms[row] + rows.residuals[row]
      for column in 0..<columns.count {
        let value =
          Double(products[row * columns.count + column]) * Double(rows.scales[row])
          * Double(columns.scales[column]) + columns.offsets[column] + rows.offsets[row]
        let error = rows.residuals[row] * largest + reach * columns.residuals[column]
        (lower[column], upper[column]) = (value - error, value + error)
      }
      count += open(lower, upper)
    }
    return Double(count) / Double(rows.count * columns.count)
  }
}
