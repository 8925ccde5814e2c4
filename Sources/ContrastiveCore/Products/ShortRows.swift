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
package final class ShortRows: @unchecked Sendable {  // written by its initializer alone
  private let scratch: Scratch
  /// Units of 32 bits from one row of codes to the next.
  private let stride: Int
  private let dimension: Int
  let product: ShortProduct
  private let units: SharedArray<Float>
  /// ‖x‖ and ‖residual‖ of each row, at least.
  package let norms: [Double]
  package let residuals: [Double]
  /// The largest magnitude of an element, of an element of a residual, and of a code.
  package let largest: Double
  package let largestRest: Double
  package let largestCode: Double
  /// The largest unit.
  package let largestUnit: Double

  /// Encodes the rows of an operand.
  ///
  /// Complexity: O(rows · dimension); holds 2 bytes for each element, rows rounded up to 32, by
  /// AMX to 64.
  ///
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`.
  package init(
    _ operand: Operand, product: ShortProduct = .best, workers: Workers
  ) throws(ContrastiveError) {
    let (rows, dimension) = (operand.rows, operand.dimension)
    let stride = product.stride(dimension: dimension)
    let scratch = Scratch(count: rows * stride)
    let codes = UnsafeMutableRawPointer(scratch.memory.base).bindMemory(
      to: Int32.self, capacity: rows * stride)
    let found = SharedArray(repeating: ContrastiveShortRow(), count: rows)
    let units = SharedArray<Float>(repeating: 0, count: rows)
    let (perPiece, atOnce) = (256, 8)
    let faults = SharedArray(repeating: -1, count: pieces(rows, perPiece))
    let (slots, ofRow, ofPiece) = (found.memory, units.memory, faults.memory)
    let target = SharedMemory(UnsafeMutableBufferPointer(start: codes, count: rows * stride))
    ColumnMemory.with(operand) { values in
      workers.forEach(pieces(rows, perPiece)) { piece, _ in
        let range = (piece * perPiece)..<min(rows, (piece + 1) * perPiece)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: atOnce * max(1, dimension)) {
          guard let room = $0.baseAddress else { return }
          for first in Swift.stride(from: range.lowerBound, to: range.upperBound, by: atOnce) {
            let some = first..<min(first + atOnce, range.upperBound)
            for row in some {
              (target + ((row + 1) * stride - 16)).initialize(repeating: 0, count: 16)
            }
            product.encode(
              some.count, values.pack(some, dimension: dimension, scratch: room),
              count: dimension, into: target + first * stride, stride: stride, slots + first)
            for row in some {
              guard slots[row].norm.isFinite, slots[row].largest <= operand.limit else {
                ofPiece[piece] = values.firstFault(in: range, of: operand)
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
    self.scratch = scratch
    self.units = units
    (self.stride, self.dimension, self.product) = (stride, dimension, product)
    let all = found.elements
    norms = all.map(\.norm)
    residuals = all.map(\.residual)
    largest = Double(all.reduce(0) { max($0, $1.largest) })
    largestUnit = Double(all.reduce(0) { max($0, $1.unit) })
    // A code is off by half, and by what the rounding of its own quotient adds.
    largestRest = all.reduce(0) {
      max($0, $1.unit > 0 ? 0.51 * Double($1.unit) : Double($1.largest))
    }
    largestCode = all.reduce(0) { $1.unit > 0 ? max($0, Double($1.largest / $1.unit) + 1) : $0 }
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
    let sums = Double(pieces(norms.count, 32) + 8)
    return largestRest + 0.51 / 32_766 * largestUnit * tile * largestCode
      + 0x1p-23 * sums * largest
  }

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
