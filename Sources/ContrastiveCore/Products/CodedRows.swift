import ContrastiveKernels

/// Rows as codes of 8 or 16 bits, and how far from the truth their dot products can be.
///
/// ```
/// x − c = scale · codes + residual
/// |⟨x − c, y − d⟩ − scale(x) · scale(y) · ⟨codes(x), codes(y)⟩|
///   ≤ ‖residual(x)‖ · ‖y − d‖ + (‖x − c‖ + ‖residual(x)‖) · ‖residual(y)‖
/// ```
/// with the norms of the residuals themselves, not estimates of them. A row's largest element is
/// the product's largest code, or less where the norm of codes would be above 46,000: dot products
/// fit into 32 bits. The constant parts of ⟨x, y⟩ = ⟨x − c, y − d⟩ + ⟨x − c, d⟩ + ⟨c, y⟩ are
/// numbers of a row.
package struct CodedRows: Sendable {
  /// Number of rows.
  package let count: Int
  /// Units of 32 bits of each row.
  package let units: Int
  package private(set) var codes: [Int32]
  package let scales: [Float]
  /// ⟨x − c, d⟩, d the other side's center.
  let offsets: [Double]
  /// ‖x − c‖.
  let norms: [Double]
  /// ‖residual‖.
  let residuals: [Double]

  /// Encodes some rows less `center`, to be compared with rows less `other`.
  ///
  /// The largest code is the product's where none is given. Complexity: O(rows · dimension).
  package init(
    _ values: SharedReadOnlyMemory<Float>, rows: Range<Int>, center: [Float], other: [Float],
    for product: CodeProduct, largestCode: Int? = nil, workers: Workers
  ) {
    let dimension = center.count
    let largest = Int32(largestCode ?? product.largestCode)
    let units = product.units(dimension: dimension)
    count = rows.count
    self.units = units
    codes = [Int32](repeating: 0, count: rows.count * units)
    let shared = SharedArray(repeating: ContrastiveCodedRow(), count: rows.count)
    let memory = shared.memory
    codes.withMutableSharedMemory { codes in
      workers.forEachRun(of: rows.count, size: 256) { run in
        for row in run {
          memory[row] = product.table.pointee.encode(
            values + (rows.lowerBound + row) * dimension, center, other, dimension, largest,
            codes + row * units)
        }
      }
    }
    let found = shared.elements
    scales = found.map(\.scale)
    offsets = found.map(\.offset)
    norms = found.map(\.norm)
    residuals = found.map(\.residual)
  }

  /// The mean of some rows, rounded to Float32: what data is centered by before it is encoded.
  package static func center(
    of values: SharedReadOnlyMemory<Float>, rows: Int, dimension: Int
  ) -> [Float] {
    // A sample is as good: any vector is right, one near the mean leaves small residuals.
    let sample = min(rows, 4_096)
    var sums = [Double](repeating: 0, count: dimension)
    for place in 0..<sample {
      let row = values + (place * rows / sample) * dimension
      for column in 0..<dimension { sums[column] += Double(row[column]) }
    }
    return sums.map { Float($0 / Double(max(1, sample))) }
  }
}
