import ContrastiveKernels

/// Points as codes, to find the nearest of some centroids again and again.
///
/// With m the mean of the points, x' = x − m and c' = c − m,
/// ```
/// −‖x − c‖² / 2 = ⟨x', c'⟩ − ‖x'‖² / 2 − ‖c'‖² / 2
/// ```
/// of which codes give an upper bound (see `CodedRows`). Centroids whose bound is below what the
/// nearest so far has are out; the others are decided by squared distances in Double, ties by the
/// lower index. So the result does not depend on the codes.
package struct CodedPoints: Sendable {
  /// Points of a block: whole panels of any product.
  package static let blockRows = 384
  /// Beyond such a squared norm a bound may leave the range of Float32.
  package static let largestSquare: Float = 1e36

  /// The points that have codes.
  package let rows: Range<Int>
  let product: CodeProduct
  let units: Int
  private let center: [Float]
  /// Block after block, packed.
  let codes: PackedCodes
  private(set) var scales: [Float]
  private(set) var sizes: [Size]

  /// What is known of a row besides its codes: upper bounds.
  struct Size: BitwiseCopyable, Sendable {
    /// ‖x'‖.
    var norm = 0.0
    /// Of what codes leave of it.
    var residual = 0.0
  }

  /// Encodes the points of a range.
  ///
  /// Complexity: O(rows · dimension). Memory: see `bytes`.
  package init(
    _ values: SharedReadOnlyMemory<Float>, dimension: Int, rows: Range<Int>,
    product: CodeProduct = .best, workers: Workers
  ) {
    self.rows = rows
    self.product = product
    center = CodedRows.center(
      of: values, rows: values.count / dimension, dimension: dimension)
    units = product.units(dimension: dimension)
    let blocks = pieces(rows.count, Self.blockRows)
    codes = PackedCodes(count: blocks * Self.blockRows * units)
    scales = [Float](repeating: 0, count: rows.count)
    sizes = [Size](repeating: Size(), count: rows.count)
    let (units, center, codes) = (units, center, codes)
    scales.withMutableSharedMemory { scales in
      sizes.withMutableSharedMemory { sizes in
        workers.forEach(blocks) { block, _ in
          let first = block * Self.blockRows
          let count = min(rows.count - first, Self.blockRows)
          let start = rows.lowerBound + first
          let coded = CodedRows(
            values, rows: start..<(start + count), center: center, other: center, for: product,
            workers: .one)
          product.table.pointee.pack_rows(
            coded.codes, units, count, units, codes.base + first * units)
          for row in 0..<count {
            scales[first + row] = coded.scales[row]
            sizes[first + row] = Size(norm: coded.norms[row], residual: coded.residuals[row])
          }
        }
      }
    }
  }

  /// Whether the processor multiplies codes of 8 bits, and rows are long enough for it to pay.
  package static func areFast(dimension: Int) -> Bool {
    contrastive_kernels_are_optimized() && CodeProduct.best.codeBits == 8
      && 16...32_768 ~= dimension && CodeProduct.faultOfBest == nil
  }

  /// What an assignment takes besides deciding, in units of one by products in Float32.
  package static var passCost: Double { CodeProduct.best.name == "amx" ? 0.15 : 0.4 }

  /// Bytes that the codes of some points take.
  package static func bytes(rows: Int, dimension: Int) -> Int {
    rows * (4 * CodeProduct.best.units(dimension: dimension) + 20)
  }

  package var blocks: Int { pieces(rows.count, Self.blockRows) }

  /// The points of a block, by their numbers among all.
  package func rows(block: Int) -> Range<Int> {
    let first = rows.lowerBound + first(block: block)
    return first..<min(rows.upperBound, first + Self.blockRows)
  }

  var dimension: Int { center.count }

  /// The first of a block, among those that have codes.
  func first(block: Int) -> Int { block * Self.blockRows }

  /// The codes of a block.
  func packedRows(block: Int) -> UnsafePointer<Int32> {
    UnsafePointer(codes.base + first(block: block) * units)
  }

  /// Encodes centroids; those of the last assignment, if there was one, say which have changed.
  ///
  /// Complexity: O(rows · columns).
  package func encode(
    _ centroids: Matrix, since last: Matrix? = nil, workers: Workers
  ) -> CodedCentroids {
    CodedCentroids(centroids, since: last, center: center, product: product, workers: workers)
  }
}
