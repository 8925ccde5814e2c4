import ContrastiveKernels

/// Rows as codes of 16 bits, and how far from the truth what is made of them can be.
///
/// ```
/// x = unit · codes + residual
/// |⟨x, y⟩ − unit(x) · unit(y) · ⟨codes(x), codes(y)⟩|
///   ≤ ‖residual(x)‖ · ‖y‖ + (‖x‖ + ‖residual(x)‖) · ‖residual(y)‖
/// ```
/// with the norms of the residuals themselves, not estimates of them. A row's unit is the smallest
/// with which no dot product of two rows can leave 32 bits, by Cauchy and Schwarz.
package final class ShortRows: @unchecked Sendable {  // written while nobody else has it
  private let scratch: Scratch
  /// Units of 32 bits from one row of codes to the next.
  private let stride: Int
  private let dimension: Int
  let product: ShortProduct
  private let units: SharedArray<Float>
  private let found: SharedArray<ContrastiveShortRow>
  /// ‖x‖ and ‖residual‖ of each row, at least.
  package private(set) var norms: [Double]
  package private(set) var residuals: [Double]
  /// The largest magnitude of an element, of an element of a residual, and of a code.
  package private(set) var largest = 0.0
  package private(set) var largestRest = 0.0
  package private(set) var largestCode = 0.0
  /// The largest unit.
  package private(set) var largestUnit = 0.0

  /// Rows that are encoded by one worker, and at once.
  private static let (perPiece, atOnce) = (256, 8)

  /// Encodes the rows of an operand.
  ///
  /// Complexity: O(rows · dimension); holds 2 bytes for each element, rows rounded up to 32, by
  /// AMX to 64.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`.
  package init(
    _ operand: Operand, product: ShortProduct = .best, workers: Workers
  ) throws(ContrastiveError) {
    let rows = operand.rows
    (dimension, self.product) = (operand.dimension, product)
    stride = product.stride(dimension: dimension)
    scratch = Scratch(count: rows * stride)
    found = SharedArray(repeating: ContrastiveShortRow(), count: rows)
    units = SharedArray(repeating: 0, count: rows)
    norms = [Double](repeating: 0, count: rows)
    residuals = norms
    let pieces = Swift.stride(from: 0, to: rows, by: Self.perPiece).map {
      $0..<min(rows, $0 + Self.perPiece)
    }
    try encode(pieces, of: operand, workers: workers)
  }

  /// A copy.
  private init(_ other: ShortRows) {
    (dimension, product, stride) = (other.dimension, other.product, other.stride)
    let rows = other.norms.count
    scratch = Scratch(count: rows * stride)
    scratch.memory.base.update(from: other.scratch.memory.base, count: rows * stride)
    found = SharedArray(UnsafeBufferPointer(start: other.found.memory.base, count: rows))
    units = SharedArray(UnsafeBufferPointer(start: other.units.memory.base, count: rows))
    (norms, residuals) = (other.norms, other.residuals)
  }

  /// Encodes rows of an operand again that have changed: in place where nobody else has the codes.
  ///
  /// Complexity: O(changed · dimension + rows); where somebody has, O(rows · dimension) copied.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`.
  package static func encode(
    _ changed: [Range<Int>], of operand: Operand, in codes: inout ShortRows
  ) throws(ContrastiveError) {
    if !isKnownUniquelyReferenced(&codes) { codes = ShortRows(codes) }
    try codes.encode(changed, of: operand, workers: .one)
  }

  private func encode(
    _ ranges: [Range<Int>], of operand: Operand, workers: Workers
  ) throws(ContrastiveError) {
    let count = norms.count * stride
    let codes = UnsafeMutableRawPointer(scratch.memory.base).bindMemory(
      to: Int32.self, capacity: count)
    let target = SharedMemory(UnsafeMutableBufferPointer(start: codes, count: count))
    let faults = SharedArray(repeating: -1, count: ranges.count)
    let (slots, ofRow, ofRange) = (found.memory, units.memory, faults.memory)
    let (dimension, stride, product) = (dimension, stride, product)
    ColumnMemory.with(operand) { values in
      workers.forEach(ranges.count) { place, _ in
        let range = ranges[place]
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.atOnce * max(1, dimension)) {
          guard let room = $0.baseAddress else { return }
          for first in Swift.stride(
            from: range.lowerBound, to: range.upperBound, by: Self.atOnce)
          {
            let some = first..<min(first + Self.atOnce, range.upperBound)
            for row in some where stride > 0 {
              (target + ((row + 1) * stride - 16)).initialize(repeating: 0, count: 16)
            }
            product.encode(
              some.count, values.pack(some, dimension: dimension, scratch: room),
              count: dimension, into: target + first * stride, stride: stride, slots + first)
            for row in some {
              guard slots[row].norm.isFinite, slots[row].largest <= operand.limit else {
                ofRange[place] = values.firstFault(in: range, of: operand)
                return
              }
              ofRow[row] = slots[row].unit
            }
          }
        }
      }
    }
    if let position = faults.elements.first(where: { $0 >= 0 }) {
      throw operand.fault(at: position)
    }
    for row in ranges.joined() {
      (norms[row], residuals[row]) = (slots[row].norm, slots[row].residual)
    }
    findLargest()
  }

  private func findLargest() {
    (largest, largestRest, largestCode, largestUnit) = (0, 0, 0, 0)
    for place in norms.indices {
      let row = found.memory[place]
      let (size, unit) = (Double(row.largest), Double(row.unit))
      largest = max(largest, size)
      largestUnit = max(largestUnit, unit)
      // A code is off by half, and by what the rounding of its own quotient adds.
      largestRest = max(largestRest, unit > 0 ? 0.51 * unit : size)
      if unit > 0 { largestCode = max(largestCode, Double(row.largest / row.unit) + 1) }
    }
  }

  /// How far off the similarity of each row with any of some columns can be, tiles' rounding to
  /// Float32 included.
  package func errors(among columns: ShortRows) -> [Double] {
    let (norm, residual) = (columns.norms.max() ?? 0, columns.residuals.max() ?? 0)
    // A sum of 512 products at a time is rounded, multiplied and added.
    let rounding = 0x1p-22 * Double(pieces(dimension, 512))
    return zip(norms, residuals).map { own, rest in
      rest * norm + (own + rest) * residual + rounding * (own + rest) * (norm + residual)
    }
  }

  /// How far off Σ coefficient · row can be in any element, for coefficients of magnitudes that sum
  /// to 1: by codes of rows, by those of the coefficients, and by Float32 sums of tiles.
  package var sumError: Double {
    let tile = Double(min(norms.count, Int(contrastive_short_depth)))
    return largestRest + 0.51 / 32_766 * largestUnit * tile * largestCode
      + 0x1p-23 * tileSums * largest
  }

  /// How far off it can be besides, whatever the coefficients.
  ///
  /// Where coefficients times units of rows have a unit below 1e-37, they count as zero: they sum
  /// to less than 65,000 of it, and codes are below 2¹⁵.
  package var sumUnderflow: Double { 0x1p-91 * tileSums }

  /// Sums that are added, at most.
  private var tileSums: Double { Double(pieces(norms.count, 32) + 8) }

  private func rows(from first: Int) -> ContrastiveShortRows {
    let codes = UnsafeRawPointer(scratch.memory.base).assumingMemoryBound(to: Int32.self)
    return ContrastiveShortRows(
      codes: codes + first * stride, stride: stride, units: units.memory + first)
  }

  /// The similarities of a tile's rows, which are these, and its columns.
  package func similarities(of tile: Tile, with columns: ShortRows) {
    let isDone = contrastive_short_similarities(
      product.table, tile.rows.count, tile.columns.count, pieces(dimension, 2),
      rows(from: tile.rows.lowerBound), columns.rows(from: tile.columns.lowerBound), tile.values,
      tile.stride)
    precondition(isDone != 0, "no memory for packed columns")
  }

  /// sum ← [adding] · sum + tile · (its columns, which are these).
  package func accumulate(_ tile: Tile, into sum: UnsafeMutablePointer<Float>, adding: Bool) {
    let isDone = contrastive_short_accumulate(
      product.table, tile.rows.count, dimension, tile.columns.count, tile.values, tile.stride, 1,
      rows(from: tile.columns.lowerBound), sum, dimension, adding ? 1 : 0)
    precondition(isDone != 0, "no memory for packed columns")
  }

  /// sum ← sum + tileᵀ · (its rows, which are these).
  package func accumulateTransposed(_ tile: Tile, into sum: UnsafeMutablePointer<Float>) {
    let isDone = contrastive_short_accumulate(
      product.table, tile.columns.count, dimension, tile.rows.count, tile.values, 1, tile.stride,
      rows(from: tile.rows.lowerBound), sum, dimension, 1)
    precondition(isDone != 0, "no memory for packed columns")
  }
}
