import ContrastiveKernels

/// Packed codes, aligned to a cache line: products read whole lines, and take up to twice as long
/// where these are in two.
///
/// Whoever fills it does so before others read, hence `@unchecked`.
package final class PackedCodes: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Int32>
  private let bytes: UnsafeMutableRawBufferPointer

  /// Room for so many units, to be filled.
  package init(count: Int) {
    bytes = .allocate(byteCount: max(1, count) * MemoryLayout<Int32>.stride, alignment: 64)
    base = bytes.bindMemory(to: Int32.self).baseAddress.unsafelyUnwrapped
    base.initialize(repeating: 0, count: count)
  }

  /// The codes of rows.
  convenience init(rows: CodedRows, for product: CodeProduct) {
    self.init(count: product.packedRows(rows.count, units: rows.units))
    product.table.pointee.pack_rows(rows.codes, rows.units, rows.count, rows.units, base)
  }

  /// The codes of columns.
  convenience init(columns: CodedRows, for product: CodeProduct, workers: Workers = .one) {
    let units = columns.units
    self.init(count: product.packedColumns(columns.count, units: units))
    columns.codes.withSharedMemory { codes in
      workers.forEachRun(of: columns.count, size: 8 * product.width) { [self] run in
        let first = run.lowerBound
        product.table.pointee.pack_columns(
          codes + first * units, units, run.count, units, base + first * (units + 1))
      }
    }
  }

  deinit { bytes.deallocate() }
}

/// Columns of a screen: packed codes, and what is known of them (see `CodedRows`).
struct PackedColumns: Sendable {
  let units: Int
  private let product: CodeProduct
  /// The first of the columns.
  private let first: Int
  /// Columns that lie in panels of their own.
  private let run: Int
  private let codes: PackedCodes
  private(set) var scales: [Float]
  /// Upper bounds, as are the residuals.
  private(set) var offsets: [Float]
  private(set) var residuals: [Float]
  private(set) var largestNorm = 0.0
  private(set) var largestResidual = 0.0
  private(set) var largestOffset = 0.0

  /// Encodes and packs the columns of a range less `center`, to be compared with rows less `other`.
  ///
  /// Columns are multiplied from a panel's first of each `run` on. Complexity:
  /// O(columns · dimension).
  init(
    _ values: SharedReadOnlyMemory<Float>, _ range: Range<Int>, center: [Float], other: [Float],
    run: Int, for product: CodeProduct, workers: Workers
  ) {
    let runs = pieces(range.count, run)
    let units = product.units(dimension: center.count)
    let perRun = product.packedColumns(run, units: units)
    (self.units, self.run, self.product, first) = (units, run, product, range.lowerBound)
    codes = PackedCodes(count: runs * perRun)
    scales = [Float](repeating: 0, count: range.count)
    offsets = scales
    residuals = scales
    let largest = SharedArray(repeating: SIMD3<Double>.zero, count: runs)
    let most = largest.memory
    scales.withMutableSharedMemory { [codes] scales in
      offsets.withMutableSharedMemory { offsets in
        residuals.withMutableSharedMemory { residuals in
          workers.forEach(runs) { index, _ in
            let start = index * run
            let count = min(run, range.count - start)
            let coded = CodedRows(
              values, rows: (range.lowerBound + start)..<(range.lowerBound + start + count),
              center: center, other: other, for: product, workers: .one)
            product.table.pointee.pack_columns(
              coded.codes, units, count, units, codes.base + index * perRun)
            var own = SIMD3<Double>.zero
            for column in 0..<count {
              scales[start + column] = coded.scales[column]
              offsets[start + column] = coded.offsets[column].roundedUp
              residuals[start + column] = coded.residuals[column].roundedUp
              own = pointwiseMax(
                own,
                SIMD3(coded.norms[column], coded.residuals[column], abs(coded.offsets[column])))
            }
            most[index] = own
          }
        }
      }
    }
    let all = largest.elements.reduce(SIMD3<Double>.zero) { pointwiseMax($0, $1) }
    (largestNorm, largestResidual, largestOffset) = (all[0], all[1], all[2])
  }

  /// The place of a column.
  func place(_ column: Int) -> Int { column - first }

  /// The packed codes from a column on, the first of a panel.
  func codes(from column: Int) -> UnsafePointer<Int32> {
    let (index, rest) = place(column).quotientAndRemainder(dividingBy: run)
    return UnsafePointer(codes.base)
      + index * product.packedColumns(run, units: units) + rest * (units + 1)
  }
}
