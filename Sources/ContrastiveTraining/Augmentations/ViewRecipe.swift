import ContrastiveCore

/// How a view of an image is made: augmentations in order, then scaling.
///
/// Every view of every image draws from a stream of its own, named by (seed, epoch, image, view), so
/// that neither the order of a batch nor the number of workers changes a view.
public struct ViewRecipe: Sendable {
  /// What is done, in order.
  public let augmentations: [any Augmentation]
  /// How the result becomes numbers that a network takes.
  public let scaling: PixelScaling

  /// Augmentations in order, then scaling.
  public init(_ augmentations: [any Augmentation], scaling: PixelScaling) {
    self.augmentations = augmentations
    self.scaling = scaling
  }

  /// Shape of a view of an image of a shape.
  public func outputShape(for shape: ImageShape) -> ImageShape {
    augmentations.reduce(shape) { $1.outputShape(for: $0) }
  }

  /// One view of each image of a batch.
  ///
  /// - Parameters:
  ///   - pixels: all images.
  ///   - indices: the batch, each in 0 ..< pixels.count; the result has their order.
  ///   - seed: of the run.
  ///   - epoch: number of the epoch.
  ///   - view: number of the view, 0 for the first.
  ///   - workers: who shares the work.
  /// - Returns: views of `outputShape(for: pixels.shape)`.
  /// - Throws: `ContrastiveError.index` or `.shape` when an index or the channels do not fit.
  public func views(
    of pixels: Pixels, _ indices: some Collection<Int>, seed: UInt64, epoch: Int, view: Int,
    workers: Workers = .all
  ) throws(ContrastiveError) -> Activations {
    let order = try pixels.check(indices, scaling)
    let target = outputShape(for: pixels.shape)
    let scaling = PixelScaling.Row(scaling, width: target.width)
    return pixels.bytes.withUnsafeBufferPointer { buffer in
      let bytes = SharedReadOnlyMemory(buffer)
      return Activations(count: order.count, shape: target) { output in
        workers.forEach(Pieces(order.count, of: 16)) { range, _ in
          var canvas = Canvas(black: pixels.shape)
          for position in range {
            let image = order[position]
            var random = CounterRandom.views(
              seed: seed, epoch: epoch, image: image, view: view)
            canvas.load(bytes + image * pixels.shape.count, shape: pixels.shape)
            for augmentation in augmentations { augmentation(&canvas, using: &random) }
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
