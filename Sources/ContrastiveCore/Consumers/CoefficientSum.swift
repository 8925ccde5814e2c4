/// The sum of the coefficients of several softmaxes over the same entries, each at a temperature of
/// its own.
package struct CoefficientSum: TileConsumer {
  package let terms: [SoftmaxCoefficients]
  /// Entries that take no part in any.
  package let exclusions: [Exclusion]
  private static let width = max(TileGrid.mostColumnsPerTile, MeetingBlocks.mostRows)

  /// - Parameters:
  ///   - terms: each with exclusions of its own, if any.
  ///   - exclusions: entries that take no part in any.
  package init(_ terms: [SoftmaxCoefficients], excluding exclusions: [Exclusion] = []) {
    self.terms = terms
    self.exclusions = exclusions
  }

  package var isSymmetric: Bool {
    terms.allSatisfy { $0.isSymmetric && $0.exclusions.allSatisfy(\.isSymmetric) }
  }

  /// Room for a row of similarities and a row of one term.
  package func start(rows: Range<Int>) -> [Float] {
    [Float](repeating: 0, count: terms.count > 1 ? 2 * Self.width : 0)
  }

  package func consume(
    _ tile: Tile, into partial: inout [Float], rescale: UnsafeMutablePointer<Float>
  ) {
    for exclusion in exclusions { exclusion.apply(to: tile) }
    var none: Void = ()
    guard let first = terms.first, terms.count > 1 else {
      terms.first?.consume(tile, into: &none, rescale: rescale)
      return
    }
    let count = tile.columns.count
    partial.withUnsafeMutableBufferPointer { room in
      guard let similarities = room.baseAddress else { return }
      let one = similarities + Self.width
      for row in tile.rows {
        let whole = tile.part(row: row, tile.columns)
        similarities.update(from: whole.values, count: count)
        first.consume(whole, into: &none, rescale: rescale)
        for term in terms.dropFirst() {
          one.update(from: similarities, count: count)
          let part = Tile(rows: whole.rows, columns: whole.columns, values: one, stride: count)
          term.consume(part, into: &none, rescale: rescale)
          for place in 0..<count { whole.values[place] += one[place] }
        }
      }
    }
  }

  package func merge(
    _ later: [Float], into partial: inout [Float],
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {}
}
