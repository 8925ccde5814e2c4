import ContrastiveCore

/// What a stream of random numbers is for, so that no two uses of a run's seed share draws.
///
/// Training an adapter is a run of another kind, which has purposes for uses of its own.
enum RandomPurpose: UInt64 {
  case parameters = 1
  case views = 2
  case order = 3
  case prototypes = 4
  case noise = 5
  case bank = 6
  case mixing = 16
  case clustering = 17
  case selection = 18
  case ring = 19
  case holdout = 32
}

extension CounterRandom {
  /// The stream of a slot's first values.
  static func parameters(seed: UInt64, slot: Int) -> CounterRandom {
    CounterRandom(seed: seed, RandomPurpose.parameters.rawValue, UInt64(slot))
  }

  /// The stream of a step's noise rows.
  static func noise(seed: UInt64, step: Int) -> CounterRandom {
    CounterRandom(
      seed: seed, RandomPurpose.noise.rawValue, UInt64(truncatingIfNeeded: step))
  }

  /// The stream of a bank's first rows.
  static func bank(seed: UInt64) -> CounterRandom {
    CounterRandom(seed: seed, RandomPurpose.bank.rawValue)
  }

  /// The stream of the first prototypes.
  static func prototypes(seed: UInt64) -> CounterRandom {
    CounterRandom(seed: seed, RandomPurpose.prototypes.rawValue)
  }

  /// The stream of one augmentation, by its place in the recipe, of one view of one image in one
  /// epoch; of all views that share it when `view` is nil.
  static func views(
    seed: UInt64, epoch: Int, image: Int, view: Int?, place: Int
  ) -> CounterRandom {
    CounterRandom(
      seed: seed, RandomPurpose.views.rawValue, UInt64(truncatingIfNeeded: epoch),
      UInt64(truncatingIfNeeded: image),
      UInt64(truncatingIfNeeded: view.map { $0 + 1 } ?? 0) << 32
        | UInt64(truncatingIfNeeded: place))
  }

  /// The draw of the images of one class that are set aside for testing.
  static func holdout(seed: UInt64, place: Int) -> CounterRandom {
    CounterRandom(
      seed: seed, RandomPurpose.holdout.rawValue, UInt64(truncatingIfNeeded: place))
  }

  /// The order of the images in an epoch.
  static func order(seed: UInt64, epoch: Int, count: Int) -> [Int] {
    var random = CounterRandom(
      seed: seed, RandomPurpose.order.rawValue, UInt64(truncatingIfNeeded: epoch))
    return random.permutation(count)
  }
}
