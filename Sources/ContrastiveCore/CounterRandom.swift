/// A counter-based random generator: the n-th draw of a stream is a function of (seed, stream, n).
///
/// Streams are independent, so an image, a step or a clustering takes the stream of its own number
/// and draws the same values whichever thread serves it, and a resumed run continues exactly.
/// The generator is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
/// SC 2011).
public struct CounterRandom: RandomNumberGenerator, Sendable, Equatable {
  private let seed: UInt64
  private let stream: UInt64
  private var block: UInt64 = 0
  private var spare: UInt64?

  /// The stream `stream` of the family `seed`.
  package init(seed: UInt64, stream: UInt64) {
    self.seed = seed
    self.stream = stream
  }

  /// A stream named by any numbers, such as (purpose, epoch, image); without them it is stream 0.
  public init(seed: UInt64, _ path: UInt64...) { self.init(seed: seed, path: path) }

  /// The same with the numbers in an array.
  package init(seed: UInt64, path: [UInt64]) {
    var stream: UInt64 = 0
    for part in path {
      var mixer = CounterRandom(seed: seed ^ stream, stream: part)
      stream = mixer.next()
    }
    self.init(seed: seed, stream: stream)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if let value = spare {
      spare = nil
      return value
    }
    let output = Self.philox(
      counter: (
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)
      ), key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    block &+= 1
    spare = UInt64(output.3) << 32 | UInt64(output.2)
    return UInt64(output.1) << 32 | UInt64(output.0)
  }

  /// low + (high − low) · u with u in [0, 1) a multiple of 2⁻²⁴, rounded to Float32.
  ///
  /// Rounding can give `high` itself where Float32 has few numbers between the two.
  public mutating func uniform(_ low: Float = 0, _ high: Float = 1) -> Float {
    low + (high - low) * (Float(next() >> 40) * 0x1p-24)
  }

  /// A whole number in 0 ..< bound, each equally likely.
  package mutating func index(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// A random order of 0 ..< count (Fisher–Yates).
  package mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    order.shuffle(using: &self)
    return order
  }

  /// Ten rounds of Philox on one 128-bit counter.
  package static func philox(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c, k) = (counter, key)
    for _ in 0..<10 {
      let a = UInt64(c.0) &* 0xD251_1F53
      let b = UInt64(c.2) &* 0xCD9E_8D57
      c = (
        UInt32(truncatingIfNeeded: b >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: a)
      )
      k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
    }
    return c
  }
}
