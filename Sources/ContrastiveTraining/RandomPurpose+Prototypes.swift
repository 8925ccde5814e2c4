import ContrastiveCore

extension CounterRandom {
  /// The seed of the draws of mixed negatives.
  static func mixing(seed: UInt64) -> UInt64 {
    var random = CounterRandom(seed: seed, RandomPurpose.mixing.rawValue)
    return random.next()
  }

  /// The seed of the draws from rings.
  static func ring(seed: UInt64) -> UInt64 {
    var random = CounterRandom(seed: seed, RandomPurpose.ring.rawValue)
    return random.next()
  }

  /// The seed of a clustering.
  static func clustering(seed: UInt64, index: Int = 0) -> UInt64 {
    var random = CounterRandom(
      seed: seed, RandomPurpose.clustering.rawValue, UInt64(truncatingIfNeeded: index))
    return random.next()
  }

  /// The stream of a step's selections of negatives in one clustering.
  static func selection(seed: UInt64, step: Int, clustering: Int) -> CounterRandom {
    CounterRandom(
      seed: seed, RandomPurpose.selection.rawValue, UInt64(truncatingIfNeeded: step),
      UInt64(truncatingIfNeeded: clustering))
  }
}
