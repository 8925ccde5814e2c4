import Testing

import ContrastiveCore

/// The counter-based generator.
@Suite struct CounterRandomTests {
  /// The known answers published with Random123.
  @Test func knownAnswers() {
    let zero = CounterRandom.philox(counter: (0, 0, 0, 0), key: (0, 0))
    #expect(zero == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = CounterRandom.philox(
      counter: (.max, .max, .max, .max), key: (.max, .max))
    #expect(ones == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let pi = CounterRandom.philox(
      counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: (0xa409_3822, 0x299f_31d0))
    #expect(pi == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func streamsAreIndependentAndRepeatable() {
    var a = CounterRandom(seed: 1, 2, 3)
    var b = CounterRandom(seed: 1, 2, 3)
    var c = CounterRandom(seed: 1, 3, 2)
    let first = (0..<8).map { _ in a.next() }
    #expect(first == (0..<8).map { _ in b.next() })
    #expect(first != (0..<8).map { _ in c.next() })
  }

  @Test func uniformStaysInRange() {
    var random = CounterRandom(seed: 5)
    var sum = 0.0
    for _ in 0..<10_000 {
      let x = random.uniform()
      #expect(0 <= x && x < 1)
      sum += Double(x)
    }
    #expect(abs(sum / 10_000 - 0.5) < 0.01)
    #expect(random.permutation(17).sorted() == Array(0..<17))
  }
}
