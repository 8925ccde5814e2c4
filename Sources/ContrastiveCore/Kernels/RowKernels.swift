import ContrastiveKernels

/// The vectorized loops over a tile, for the instruction set of this processor.
package struct RowKernels: @unchecked Sendable {  // a constant table of C functions
  private let table: UnsafePointer<ContrastiveRowKernels>

  /// The fastest this processor has.
  package static let best = available[0]

  /// Those of every instruction set this processor has, the portable one last.
  package static let available = (["avx512", "avx2", "portable"] as [String]).compactMap { name in
    contrastive_row_kernels_named(name).map(RowKernels.init(table:))
  }

  /// `portable`, `avx2` or `avx512`.
  package var name: String { String(cString: table.pointee.name) }

  /// Folds a tile into each row's running softmax, leaving `exp((s − max) / temperature)`; see
  /// `softmax_update` in the header.
  package func softmaxUpdate(
    _ tile: Tile, inverseTemperature: Float, into rows: SoftmaxStatistics.Pointers,
    rescale: UnsafeMutablePointer<Float>
  ) {
    table.pointee.softmax_update(
      tile.values, tile.rows.count, tile.columns.count, tile.stride, inverseTemperature,
      rows.maximum, rows.sum, rows.spread, rescale)
  }

  /// The same for one row, whose statistics stand apart.
  package func softmaxUpdate(
    _ tile: Tile, inverseTemperature: Float, maximum: UnsafeMutablePointer<Float>,
    sum: UnsafeMutablePointer<Double>, spread: UnsafeMutablePointer<Double>,
    rescale: UnsafeMutablePointer<Float>
  ) {
    softmaxUpdate(
      tile, inverseTemperature: inverseTemperature,
      into: SoftmaxStatistics.Pointers(maximum: maximum, sum: sum, spread: spread),
      rescale: rescale)
  }

  /// Folds a tile into each row's running softmax and leaves it as it is.
  package func softmaxStatistics(
    _ tile: Tile, inverseTemperature: Float, into rows: SoftmaxStatistics.Pointers
  ) {
    table.pointee.softmax_update(
      tile.values, tile.rows.count, tile.columns.count, tile.stride, inverseTemperature,
      rows.maximum, rows.sum, rows.spread, nil)
  }

  /// Folds a tile into the running softmax of each row and of each column and leaves it as it is.
  package func softmaxStatistics(
    _ tile: Tile, inverseTemperature: Float, ofRows rows: SoftmaxStatistics.Pointers,
    ofColumns columns: SoftmaxStatistics.Pointers
  ) {
    table.pointee.softmax_both_statistics(
      tile.values, tile.rows.count, tile.columns.count, tile.stride, inverseTemperature,
      rows.maximum, rows.sum, rows.spread, columns.maximum, columns.sum, columns.spread)
  }

  /// Replaces similarities by weighted softmax terms; see `softmax_coefficients` in the header.
  package func softmaxCoefficients(
    _ tile: Tile, inverseTemperature: Float,
    rowShift: UnsafePointer<Float>?, rowWeight: UnsafePointer<Float>?,
    columnShift: UnsafePointer<Float>?, columnWeight: UnsafePointer<Float>?
  ) {
    table.pointee.softmax_coefficients(
      tile.values, tile.rows.count, tile.columns.count, tile.stride, inverseTemperature, rowShift,
      rowWeight, columnShift, columnWeight)
  }

  /// Dot product in Double, the same bits on every instruction set.
  package func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Double {
    table.pointee.dot(a, b, count)
  }

  /// Sum in Double.
  package func sum(_ values: UnsafePointer<Float>, count: Int) -> Double {
    table.pointee.sum(values, count)
  }

  /// Position of the first element that is NaN or beyond `limit` in magnitude.
  package func firstBeyond(
    _ values: UnsafePointer<Float>, count: Int, limit: Float
  ) -> Int? {
    let position = table.pointee.first_beyond(values, count, limit)
    return position == count ? nil : position
  }

  /// Appends a `RankKey` for each value of at least `lowest` to `keys`; returns how many.
  package func filter(
    _ values: UnsafePointer<Float>, count: Int, from lowest: Float, firstIndex: Int,
    into keys: UnsafeMutablePointer<UInt64>
  ) -> Int {
    table.pointee.filter(values, count, lowest, .infinity, UInt32(firstIndex), keys, nil)
  }

  /// Appends a `RankKey` for each value of a range to `keys`, and counts those above it.
  package func filter(
    _ values: UnsafePointer<Float>, count: Int, from lowest: Float, to highest: Float,
    firstIndex: Int, into keys: UnsafeMutablePointer<UInt64>
  ) -> (found: Int, above: Int) {
    var above = 0
    let found = table.pointee.filter(
      values, count, lowest, highest, UInt32(firstIndex), keys, &above)
    return (found, above)
  }

  /// The largest of some values; −∞ of none.
  package func maximum(_ values: UnsafePointer<Float>, count: Int) -> Float {
    table.pointee.maximum(values, count)
  }

  /// Σ weight · (top − value) over the values of positive weight, none of which is above `top`.
  package func weightedGap(
    weights: UnsafePointer<Float>, values: UnsafePointer<Float>, count: Int, top: Float
  ) -> Double {
    table.pointee.weighted_gap(weights, values, count, top)
  }

  /// Sets values whose rank keys are above `highest` or below `lowest` to −∞.
  package func excludeOutside(
    _ values: UnsafeMutablePointer<Float>, count: Int, firstIndex: Int, highest: UInt64,
    lowest: UInt64
  ) {
    table.pointee.exclude_outside(values, count, UInt32(firstIndex), highest, lowest)
  }

  /// IEEE binary16 numbers as Float32, exactly.
  package func widen(
    _ halves: UnsafePointer<UInt16>, count: Int, into values: UnsafeMutablePointer<Float>
  ) {
    table.pointee.widen_halves(halves, count, values)
  }

  /// Sum of the values whose group is `own`.
  package func sum(
    _ values: UnsafePointer<Float>, count: Int, of own: Int32, among groups: UnsafePointer<Int32>
  ) -> Double {
    table.pointee.sum_equal(values, groups, own, count)
  }

  /// The bin of each value: its multiple by `scale` plus `offset`, rounded down, from 0 to `last`.
  package func bin(
    _ values: UnsafePointer<Float>, count: Int, scale: Float, offset: Float, last: Int,
    into bins: UnsafeMutablePointer<UInt16>
  ) {
    table.pointee.bin_values(values, count, scale, offset, Float(last), bins)
  }

  /// sum ← sum + weight · values, both rounded.
  package func addWeighted(
    _ values: UnsafePointer<Float>, count: Int, by weight: Float,
    to sum: UnsafeMutablePointer<Float>
  ) {
    table.pointee.add_weighted(values, count, weight, sum)
  }

  /// Adds softplus, logistic and logistic · similarity of every entry to its row's sums.
  ///
  /// Where it writes, the logistic stays in the tile; see `sigmoid_update` in the header.
  package func sigmoidUpdate(
    _ tile: Tile, scale: Float, bias: Float, loss: UnsafeMutablePointer<Double>,
    sum: UnsafeMutablePointer<Double>, moment: UnsafeMutablePointer<Double>, writing: Bool
  ) {
    table.pointee.sigmoid_update(
      tile.values, tile.rows.count, tile.columns.count, tile.stride, scale, bias, loss, sum,
      moment, writing)
  }
}
