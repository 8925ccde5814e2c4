import ContrastiveCore

/// What a stream of random numbers is for, so that no two uses of a run's seed share draws.
///
/// Training an adapter is a run of another kind, which has purposes for uses of its own.
enum RandomPurpose: UInt64 {
  /// The first values of a slot of parameters.
  case parameters = 1
  /// See `CounterRandom.views`.
  case views = 2
  /// The order of the images in an epoch.
  case order = 3
  /// The first prototypes.
  case prototypes = 4
  /// The noise rows of a step.
  case noise = 5
  /// A bank's first rows.
  case bank = 6
  /// Mixed negatives.
  case mixing = 16
  /// A clustering, by its place in the epoch.
  case clustering = 17
  /// The negatives that a step selects in a clustering.
  case selection = 18
  /// Draws from rings.
  case ring = 19
  /// The images of a class that are set aside for testing.
  case holdout = 32
}

extension CounterRandom {
  /// The stream of a purpose, and of the numbers that tell its uses apart, such as a step's.
  static func stream(_ purpose: RandomPurpose, seed: UInt64, _ parts: Int...) -> CounterRandom {
    CounterRandom(
      seed: seed, path: [purpose.rawValue] + parts.map { UInt64(truncatingIfNeeded: $0) })
  }

  /// The stream's first bits: a seed of draws that have streams of their own.
  var seed: UInt64 {
    var copy = self
    return copy.next()
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

  /// The order of the images in an epoch.
  static func order(seed: UInt64, epoch: Int, count: Int) -> [Int] {
    var random = stream(.order, seed: seed, epoch)
    return random.permutation(count)
  }
}
