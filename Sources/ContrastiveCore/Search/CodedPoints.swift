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
  /// Centroids of a tile.
  private static let tileColumns = 256
  /// Beyond such a squared norm a bound may leave the range of Float32.
  package static let largestSquare: Float = 1e36

  /// The points that have codes.
  package let rows: Range<Int>
  private let center: [Float]
  private let product: CodeProduct
  private let units: Int
  /// Block after block, packed.
  private let codes: PackedCodes
  private var scales: [Float]
  private var sizes: [Size]

  /// What is known of a row besides its codes: upper bounds.
  private struct Size: BitwiseCopyable, Sendable {
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
      of: values, rows: values.count / dimension, dimension: dimension, workers: workers)
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
    let first = rows.lowerBound + block * Self.blockRows
    return first..<min(rows.upperBound, first + Self.blockRows)
  }

  /// Centroids as codes, packed once for all blocks.
  package struct Centroids: Sendable {
    fileprivate let count: Int
    fileprivate let packed: PackedCodes
    fileprivate let scales: [Float]
    /// ‖c'‖² / 2 at least.
    fileprivate let halves: [Double]
    fileprivate let residuals: [Double]
    fileprivate let largestNorm: Double
    fileprivate let largestResidual: Double
  }

  /// Encodes centroids.
  ///
  /// Complexity: O(count · dimension).
  package func encode(
    _ values: SharedReadOnlyMemory<Float>, count: Int, workers: Workers
  ) -> Centroids {
    let coded = CodedRows(
      values, rows: 0..<count, center: center, other: center, for: product, workers: workers)
    return Centroids(
      count: count, packed: PackedCodes(columns: coded, for: product), scales: coded.scales,
      halves: coded.norms.map { $0 * $0 / 2 * (1 - 0x1p-38) }, residuals: coded.residuals,
      largestNorm: coded.norms.max() ?? 0, largestResidual: coded.residuals.max() ?? 0)
  }

  /// Floats of scratch that a block takes.
  package static let scratchCount = 2 * blockRows + 2 * tileColumns + 3 * blockRows * tileColumns

  /// Finds the nearest centroid of each point of a block, and ‖x − c‖² in Double; returns how many
  /// distances the codes left open.
  ///
  /// `guesses` has for each of all points a centroid that may be near; beyond their number, none is
  /// known. `scratch` has `scratchCount` elements.
  package func findNearest(
    block: Int, among centroids: Centroids, points: SharedReadOnlyMemory<Float>,
    values: SharedReadOnlyMemory<Float>, guesses: UnsafePointer<UInt32>,
    scratch: UnsafeMutablePointer<Float>, nearest: UnsafeMutablePointer<UInt32>,
    squares: UnsafeMutablePointer<Double>
  ) -> Int {
    let own = rows(block: block)
    let offsets = scratch
    let thresholds = offsets + Self.blockRows
    let columnOffsets = thresholds + Self.blockRows
    let never = columnOffsets + Self.tileColumns
    never.update(repeating: .infinity, count: Self.tileColumns)
    let dimension = center.count
    let above = 1 + Double(dimension) * 0x1p-50
    let kernels = ClusterKernels.best
    func point(_ place: Int) -> UnsafePointer<Float> {
      points + (own.lowerBound + place) * dimension
    }
    func square(_ place: Int, _ column: Int) -> Double {
      kernels.squaredDistance(point(place), values + column * dimension, count: dimension)
    }
    let reach = prepare(block, centroids, offsets)
    var decided = 0
    let bytes = 4 * dimension
    for place in 0..<own.count {
      // Points come from memory, and so may their guesses.
      let ahead = min(own.upperBound - 1, own.lowerBound + place + 4)
      contrastive_prefetch(points.base + ahead * dimension, bytes)
      let guess = guesses[own.lowerBound + place]
      guard guess < centroids.count else {
        (nearest[place], squares[place]) = (0, .infinity)
        thresholds[place] = -.infinity
        continue
      }
      (nearest[place], squares[place]) = (guess, square(place, Int(guess)))
      thresholds[place] = (-squares[place] * above / 2).roundedDown
      decided += 1
    }
    (never + Self.tileColumns).withMemoryRebound(
      to: ContrastivePair.self, capacity: Self.blockRows * Self.tileColumns
    ) { pairs in
      for start in stride(from: 0, to: centroids.count, by: Self.tileColumns) {
        let width = min(Self.tileColumns, centroids.count - start)
        for column in 0..<width {
          columnOffsets[column] =
            (reach * centroids.residuals[start + column] - centroids.halves[start + column])
            .roundedUp
        }
        let count = sift(
          block, own.count, centroids, start..<(start + width), offsets, thresholds,
          columnOffsets, never, pairs)
        for index in 0..<count {
          let (place, column) = (Int(pairs[index].row), pairs[index].column + UInt32(start))
          // The threshold may have grown since.
          guard pairs[index].value >= thresholds[place], column != guesses[own.lowerBound + place]
          else { continue }
          decided += 1
          let best = squares[place]
          let other = values + Int(column) * dimension
          if kernels.isFarther(point(place), other, count: dimension, than: best) { continue }
          let found = square(place, Int(column))
          guard found < best || (found == best && column < nearest[place]) else { continue }
          (nearest[place], squares[place]) = (column, found)
          thresholds[place] = (-found * above / 2).roundedDown
        }
      }
    }
    return decided
  }

  /// Writes what a bound adds for each row of a block; returns the largest ‖x'‖ + ‖residual‖.
  private func prepare(
    _ block: Int, _ centroids: Centroids, _ offsets: UnsafeMutablePointer<Float>
  ) -> Double {
    let own = rows(block: block)
    let sizes = sizes[(own.lowerBound - rows.lowerBound)...].prefix(own.count)
    var reach = 0.0
    for size in sizes { reach = max(reach, size.norm + size.residual) }
    let largest = centroids.largestNorm + centroids.largestResidual
    for (place, size) in sizes.enumerated() {
      let (norm, residual) = (size.norm, size.residual)
      // Six operations in Float32 on values of this magnitude.
      let magnitude =
        (norm + residual) * largest + norm * norm / 2 + largest * largest / 2
        + reach * centroids.largestResidual
      offsets[place] =
        (residual * centroids.largestNorm - norm * norm / 2 * (1 - 0x1p-38) + 0x1p-21 * magnitude
        + 0x1p-120)
        .roundedUp
    }
    return reach
  }

  private func sift(
    _ block: Int, _ count: Int, _ centroids: Centroids, _ span: Range<Int>,
    _ offsets: UnsafePointer<Float>, _ thresholds: UnsafePointer<Float>,
    _ columnOffsets: UnsafePointer<Float>, _ never: UnsafePointer<Float>,
    _ pairs: UnsafeMutablePointer<ContrastivePair>
  ) -> Int {
    let first = block * Self.blockRows
    return [scales, centroids.scales].withSharedMemories { scales in
      product.table.pointee.sift(
        count, span.count, units, codes.base + first * units,
        centroids.packed.base + span.lowerBound * (units + 1),
        ContrastiveSide(scales: scales[0] + first, offsets: offsets, thresholds: thresholds),
        ContrastiveSide(
          scales: scales[1] + span.lowerBound, offsets: columnOffsets, thresholds: never), pairs)
    }
  }
}
