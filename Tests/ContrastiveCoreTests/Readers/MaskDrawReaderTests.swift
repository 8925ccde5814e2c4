import ContrastiveCore
import Foundation
import Testing
import _TestSupport

@Suite struct MaskDrawReaderTests {
  private func draw(
    _ all: Similarities, shift: [Float], within bounds: ClosedRange<Float>, seed: UInt64,
    spans: [Range<Int>]
  ) -> [UInt8] {
    var mask = [UInt8](repeating: 7, count: all.rows * all.columns)
    mask.withUnsafeMutableBufferPointer { mask in
      let reader = MaskDrawReader(
        shift: shift, within: bounds, seed: seed, into: SharedMemory(mask))
      all.statistics(reader, spans: spans)
    }
    return mask
  }

  /// The number that Philox makes of (seed, row, column), against the probability.
  private func expected(
    _ all: Similarities, shift: [Float], within bounds: ClosedRange<Float>, seed: UInt64
  ) -> [(draw: Double, chance: Double)] {
    (0..<all.rows).flatMap { row in
      (0..<all.columns).map { column in
        let words = CounterRandom.philox(
          counter: (UInt32(column / 4), 0, UInt32(row), 0),
          key: (UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)))
        let word = [words.0, words.1, words.2, words.3][column % 4]
        let chance = 1 - exp(Double(all[row, column]) - Double(shift[column]))
        return (
          Double(word >> 8) / 16_777_216,
          min(max(chance, Double(bounds.lowerBound)), Double(bounds.upperBound))
        )
      }
    }
  }

  @Test(arguments: [1, 3, 4, 5, 23, 64]) func drawsByItsFormulaInAnyTiles(_ width: Int) {
    let all = Similarities(6, width, seed: 1)
    let shift = TestData.numbers(width, in: 1..<2, seed: 2)
    let seed: UInt64 = 0x1234_5678_9abc_def0
    let wanted = expected(all, shift: shift, within: 0...1, seed: seed)
    let whole = draw(all, shift: shift, within: 0...1, seed: seed, spans: [0..<width])
    for (found, want) in zip(whole, wanted) where abs(want.draw - want.chance) > 1e-6 {
      #expect(found == (want.draw < want.chance ? 1 : 0))
    }
    for cut in Similarities.cuts(width) {
      let spans = Array(cut.joined())
      #expect(draw(all, shift: shift, within: 0...1, seed: seed, spans: spans) == whole)
      #expect(
        draw(all, shift: shift, within: 0...1, seed: seed, spans: spans.reversed()) == whole)
    }
    if width > 20 {
      #expect(draw(all, shift: shift, within: 0...1, seed: 1, spans: [0..<width]) != whole)
    }
  }

  @Test func boundsHold() {
    let all = Similarities(3, 16, seed: 3)
    let shift = [Float](repeating: 5, count: 16)
    #expect(
      draw(all, shift: shift, within: 0...0, seed: 1, spans: [0..<16]).allSatisfy { $0 == 0 })
    #expect(
      draw(all, shift: shift, within: 1...1, seed: 1, spans: [0..<16]).allSatisfy { $0 == 1 })
  }

  @Test func theSimilaritiesStay() {
    let all = Similarities(3, 8, seed: 3)
    var mask = [UInt8](repeating: 0, count: 24)
    mask.withUnsafeMutableBufferPointer { mask in
      let reader = MaskDrawReader(
        shift: [Float](repeating: 1, count: 8), within: 0...1, seed: 1, into: SharedMemory(mask))
      var nothing: Void = reader.start(rows: 0..<3)
      #expect(all.tile(0..<3, 0..<8) { reader.read($0, into: &nothing) } == all.values)
    }
  }
}
