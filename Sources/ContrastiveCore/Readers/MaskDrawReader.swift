/// Draws a mask: entry (r, c) is 1 with probability 1 − exp(s − shift[c]), within bounds.
///
/// Entry (r, c) is selected when the number in [0, 1) that Philox makes of (seed, r, c) is below
/// its probability, so that tiles come in any order. Every tile writes its own entries of the mask.
package struct MaskDrawReader: MergingReader {
  private let softmax: SoftmaxWriter
  private let bounds: ClosedRange<Float>
  private let key: (UInt32, UInt32)
  private let mask: SharedMemory<UInt8>
  private let width: Int

  /// - Parameters:
  ///   - shift: one for each column.
  ///   - bounds: of every probability.
  ///   - seed: random seed.
  ///   - mask: [rows × columns], row-major.
  package init(
    shift: [Float], within bounds: ClosedRange<Float>, seed: UInt64, into mask: SharedMemory<UInt8>
  ) {
    softmax = SoftmaxWriter(
      temperature: 1,
      columns: SoftmaxWriter.Side(
        shift: shift, weight: [Float](repeating: 1, count: shift.count)))
    self.bounds = bounds
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.mask = mask
    width = shift.count
  }

  package func start(rows: Range<Int>) {}

  package func read(_ tile: Tile, into statistics: inout Void) {
    let (low, high) = (bounds.lowerBound, bounds.upperBound)
    let first = tile.columns.lowerBound
    tile.forEachRowCopy { _, copy in
      softmax.write(copy)
      let (row, shares) = (copy.rows.lowerBound, copy.values)
      let entries = mask + row * width
      func draw(_ word: UInt32, _ column: Int) {
        guard tile.columns ~= column else { return }
        let chance = min(max(1 - shares[column - first], low), high)
        entries[column] = Float(word >> 8) * 0x1p-24 < chance ? 1 : 0
      }
      for block in (first / 4)...((tile.columns.upperBound - 1) / 4) {
        let words = CounterRandom.philox(
          counter: (UInt32(truncatingIfNeeded: block), 0, UInt32(truncatingIfNeeded: row), 0),
          key: key)
        draw(words.0, 4 * block)
        draw(words.1, 4 * block + 1)
        draw(words.2, 4 * block + 2)
        draw(words.3, 4 * block + 3)
      }
    }
  }

  package func merge(_ later: Void, into statistics: inout Void) {}
}
