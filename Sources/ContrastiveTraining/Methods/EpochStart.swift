import Contrastive

/// What a method is given when an epoch begins: the run's progress, and the images.
public struct EpochStart: Sendable {
  /// Number of the epoch, from 0.
  public let epoch: Int
  /// Epochs of the run.
  public let epochs: Int
  /// Number of the epoch's first step in the whole run, from 0.
  public let step: Int
  /// Steps of the whole run.
  public let steps: Int
  /// Random seed of the run.
  public let seed: UInt64
  /// The training images; an image's index is its sample id.
  public let images: any ImageSource
  /// The scaling of bytes to the encoder's input.
  public let scaling: PixelScaling

  /// Creates the start of an epoch.
  public init(
    epoch: Int, epochs: Int, step: Int, steps: Int, seed: UInt64, images: any ImageSource,
    scaling: PixelScaling
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.step = step
    self.steps = steps
    self.seed = seed
    self.images = images
    self.scaling = scaling
  }

  /// The projections of all images, without augmentation, in evaluation mode and in bounded memory.
  ///
  /// - Parameters:
  ///   - encoder: such as a method's momentum encoder.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [images × `projectionDimension`] in the order of the data set, not normalized.
  /// - Throws: `ContrastiveError`: `.shape` when the images do not fit the encoder, `.canceled`.
  public func projections(
    by encoder: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> Matrix {
    var encoder = encoder
    var values: [Float] = []
    values.reserveCapacity(images.count * encoder.projectionDimension)
    try images.forEachRange(workers: workers) { range throws(ContrastiveError) in
      let batch = try images.activations(range, scaling: scaling, workers: workers)
      values += try encoder.projections(of: batch, mode: .evaluation, workers: workers).values
    }
    return try Matrix(rows: images.count, columns: encoder.projectionDimension, values: values)
  }
}
