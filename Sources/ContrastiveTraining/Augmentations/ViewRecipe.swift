import ContrastiveCore

/// The recipe of a view: augmentations in order, then scaling.
///
/// Every augmentation of every view of every image draws from a stream of its own, named by (seed,
/// epoch, image, view, place in the recipe), so that neither the order of a batch nor the number of
/// workers changes a view. A shared augmentation's stream is not named by the view: wherever it is
/// shared it does the same to an image, while the others stay independent (LooC: a view that copies
/// one augmentation of another).
public struct ViewRecipe: Sendable {
  /// The augmentations, in order.
  public let augmentations: [any Augmentation]
  /// Indices of the augmentations with the same draw in all views that share them.
  public let shared: Set<Int>
  /// The scaling of the result to a network's input.
  public let scaling: PixelScaling

  /// Augmentations in order, then scaling.
  ///
  /// - Parameters:
  ///   - augmentations: in order.
  ///   - shared: indices of augmentations with the same draw for an image in every recipe that
  ///     shares that index.
  ///   - scaling: of the result to a network's input.
  public init(
    _ augmentations: [any Augmentation], shared: Set<Int> = [], scaling: PixelScaling
  ) {
    self.augmentations = augmentations
    self.shared = shared
    self.scaling = scaling
  }

  /// The same recipe with other augmentations shared.
  public func sharing(_ places: Set<Int>) -> ViewRecipe {
    ViewRecipe(augmentations, shared: places, scaling: scaling)
  }

  /// The same recipe with its guided crops among boxes.
  ///
  /// - Parameter boxes: one for each image of the data set, or none, for crops anywhere.
  /// - Returns: the recipe.
  public func guided(by boxes: [ContrastiveCrop.Box]) -> ViewRecipe {
    let guided = augmentations.map { augmentation -> any Augmentation in
      guard var crop = augmentation as? ContrastiveCrop else { return augmentation }
      crop.boxes = boxes
      return crop
    }
    return ViewRecipe(guided, shared: shared, scaling: scaling)
  }

  /// Shape of a view of an image of a shape.
  public func outputShape(for shape: ImageShape) -> ImageShape {
    augmentations.reduce(shape) { $1.outputShape(for: $0) }
  }

  /// One view of each image of a batch.
  ///
  /// - Parameters:
  ///   - images: all images.
  ///   - indices: the batch, each in 0 ..< images.count; the result has their order.
  ///   - seed: of the run.
  ///   - epoch: number of the epoch.
  ///   - view: number of the view, 0 for the first.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: views of `outputShape(for: images.shape)`.
  /// - Throws: `ContrastiveError.index` or `.shape` when an index or the channels do not fit, and
  ///   what the source throws.
  public func views(
    of images: any ImageSource, _ indices: some Collection<Int>, seed: UInt64, epoch: Int,
    view: Int, workers: Workers = .all
  ) throws(ContrastiveError) -> Activations {
    try views(
      of: images.checkedPixels(at: indices, workers: workers), ids: Array(indices), seed: seed,
      epoch: epoch, view: view, workers: workers)
  }

  /// One view of each of some images, which `ids` name in the random draws.
  func views(
    of batch: Pixels, ids: [Int], seed: UInt64, epoch: Int, view: Int, workers: Workers
  ) throws(ContrastiveError) -> Activations {
    try batch.requireChannels(of: scaling)
    let (shape, target) = (batch.shape, outputShape(for: batch.shape))
    let scaling = PixelScaling.Row(scaling, width: target.width)
    return batch.bytes.withUnsafeBufferPointer { buffer in
      let bytes = SharedReadOnlyMemory(buffer)
      return Activations(count: batch.count, shape: target) { output in
        let pieces = Pieces(batch.count, of: 16)
        workers.forEach(
          pieces.count, filling: output, from: { min($0 * 16, batch.count) * target.count }
        ) { piece, _ in
          let range = pieces[piece]
          var canvas = Canvas(black: shape)
          for position in range {
            let image = ids[position]
            canvas.load(bytes + position * shape.count, shape: shape)
            for (place, augmentation) in augmentations.enumerated() {
              var random = CounterRandom.views(
                seed: seed, epoch: epoch, image: image, view: shared.contains(place) ? nil : view,
                place: place)
              augmentation(&canvas, image: image, using: &random)
            }
            precondition(canvas.shape == target, "an augmentation gave another shape than it said")
            _ = canvas.read {
              scaling.apply(
                unit: $0, to: output + position * target.count, rows: target.height)
            }
          }
        }
      }
    }
  }
}
