import Contrastive

/// The options of a training run; a run's `config.json` holds them, as `Configuration` writes it.
///
/// Options of every run are here, those of a method in its own `MethodOptions`. Two runs with equal
/// options and images end with the same encoder, bit for bit, whatever the number of threads.
public struct TrainingOptions: Sendable {
  /// The training method's own options, which say by their type which method it is.
  public var method: any MethodOptions
  /// The folder the images come from, for a run to be resumed; it has no effect on the result.
  public var data: String?
  /// Which labels of the data are used, for evaluation alone.
  public var labels = LabelUse.given
  /// The share of the images set aside for testing where the data has no test images; 0.1 where
  /// there are labels and 0 where not when nil.
  public var holdout: Float?
  /// Height and width that pictures are brought to.
  public var imageSize = 64
  /// Passes over the training images; 0 keeps the randomly initialized encoder.
  public var epochs = 12
  /// Batch size in images.
  public var batchSize = 256
  /// Train on the first images only; on all when nil.
  public var limit: Int?
  /// Random seed.
  public var seed: UInt64 = 0
  /// What multiplies matrices.
  ///
  /// The last bits of the encoder depend on it; a run keeps the one it began with.
  public var product = MatrixProduct.automatic

  /// The backbone.
  public var architecture = EncoderArchitecture.small
  /// The first layers of a residual network; the usual one for the images when nil.
  public var stem: EncoderStem?
  /// How the last normalization of each residual block starts.
  public var lastNormalization = LastNormalization.one
  /// The file whose backbone the run starts from; at random when nil.
  ///
  /// A record: whoever prepares the run reads the file (`InitialEncoder`).
  public var initialEncoder: String?
  /// What does not learn.
  public var frozenPart = FrozenPart.none
  /// Mean of each channel that images are scaled by, on the scale 0 … 1; when nil that of the
  /// initial encoder or, without one, of the training images.
  public var pixelMean: [Float]?
  /// Deviation of each channel that images are scaled by; when nil as `pixelMean`.
  public var pixelDeviation: [Float]?

  /// Output channels of the small encoder's convolutions; the last is the features' dimension.
  public var widths = [32, 64, 128]
  /// Hidden dimension of the projection head.
  public var hiddenDimension = 128
  /// Dimension of the embeddings.
  public var embeddingDimension = 64
  /// Which layers of the projection head a batch normalization follows.
  public var headNormalization = Head.Normalization.none

  /// Peak learning rate.
  public var learningRate: Float = 0.06
  /// The optimizer.
  public var optimizer = OptimizerName.sgd
  /// Momentum of stochastic gradient descent and of LARS.
  public var sgdMomentum: Float = 0.9
  /// Weight decay of the weights (not of biases, nor of batch-norm scales and shifts).
  public var weightDecay: Float = 5e-4
  /// Epochs of linear learning-rate warm-up.
  public var warmupEpochs: Float = 1
  /// How the learning rate decays from its peak.
  public var schedule = ScheduleName.cosine

  /// Published augmentations by name, whose strengths the options below then have; when nil this
  /// package's own.
  public var augment: AugmentName?
  /// Smallest crop, as a fraction of the image's area.
  public var smallestCrop: Float = 0.3
  /// Where crops are taken: anywhere, or guided by the encoder's own heat maps (`ContrastiveCrop`).
  public var crop = CropName.random
  /// Epochs before crops are guided; when nil a fifth of all, as in the paper.
  ///
  /// A run that goes on for longer keeps the number it began with.
  public var cropWarmup: Int?
  /// Epochs from one search for the images' boxes to the next; when nil a fifth of all, as in the
  /// paper.
  ///
  /// A run that goes on for longer keeps the number it began with.
  public var cropInterval: Int?
  /// α of a guided crop's center; 0.6 in the paper for ImageNet, 0.1 for small images.
  public var cropAlpha: Float = 0.1
  /// k, the share of a heat map's range above which its box begins; 0.1 in the authors' settings.
  public var cropThreshold: Float = 0.1
  /// Strength of the brightness and contrast jitter: factors from 1 − jitter to 1 + jitter.
  public var jitter: Float = 0.5
  /// Strength of the saturation jitter, for three channels.
  public var saturation: Float = 0.4
  /// Largest shift of the hue, for three channels; 1 is the whole circle.
  public var hue: Float = 0.1
  /// Probability that a view is converted to grayscale, for three channels.
  public var grayscale: Float = 0.2
  /// Probability that a view is blurred.
  public var blur: Float = 0
  /// Probability that a view is solarized.
  public var solarization: Float = 0
  /// Largest rotation of a view, in degrees.
  public var rotation: Float = 0
  /// Whether views may be flipped horizontally: not by default, because the direction that shoes
  /// and clothes point in helps to tell them apart.
  public var flips = false

  /// Neighbors k of the kNN evaluation.
  public var neighbors = 200
  /// Temperature of the kNN vote.
  public var voteTemperature = 0.07

  /// The defaults of a method that the package comes with.
  public init(_ method: MethodName = .moco) { self.init(method.defaults) }

  /// The defaults of a method, with its own options.
  ///
  /// - Parameter method: such as `SimCLR.Options()`, or the options of a method of one's own.
  public init(_ method: any MethodOptions) {
    self.method = method
    type(of: method).adjust(&self)
  }

  /// The options with the defaults that depend on the data filled in.
  func resolved(images: Int) -> TrainingOptions {
    var options = self
    if crop == .contrastive {
      options.cropWarmup = cropWarmup ?? max(1, epochs / 5)
      options.cropInterval = cropInterval ?? max(1, epochs / 5)
    }
    options.method.resolve(images: images, options: self)
    return options
  }

  /// Validates the options.
  ///
  /// - Throws: `ContrastiveError.parameter` naming the first option out of range.
  public func validate() throws(ContrastiveError) {
    try requireParameter(0...1_000_000_000 ~= epochs, "epochs", epochs, "0 … 1000000000")
    try requireParameter(0..<1 ~= holdout ?? 0, "holdout", holdout ?? 0, "0 ..< 1")
    try requireParameter(1...4_096 ~= imageSize, "image-size", imageSize, "1 … 4096")
    try requireParameter(batchSize >= 2, "batch-size", batchSize, "at least 2")
    try requireParameter(limit ?? 2 >= 2, "limit", limit ?? 0, "at least 2")
    try requireParameter(
      stem == nil || architecture != .small, "stem", stem?.rawValue ?? "",
      "none: the small encoder has no stem")
    try requireParameter(
      (pixelMean == nil) == (pixelDeviation == nil), "pixel-mean", pixelMean ?? [],
      "both pixel-mean and pixel-deviation, or neither")
    try requireParameter(
      !widths.isEmpty && widths.allSatisfy { 1...65_536 ~= $0 }, "widths", widths,
      "one or more numbers from 1 to 65536")
    try requireParameter(
      1...65_536 ~= hiddenDimension, "hidden-dimension", hiddenDimension, "1 … 65536")
    try requireParameter(
      1...65_536 ~= embeddingDimension, "embedding-dimension", embeddingDimension, "1 … 65536")
    try requireParameter(
      learningRate >= 0 && learningRate.isFinite, "learning-rate", learningRate, "0 or more")
    try requireParameter(0..<1 ~= sgdMomentum, "sgd-momentum", sgdMomentum, "0 ..< 1")
    try requireParameter(
      weightDecay >= 0 && weightDecay.isFinite, "weight-decay", weightDecay, "0 or more")
    try requireParameter(
      0...1_000_000 ~= warmupEpochs, "warmup-epochs", warmupEpochs, "0 … 1000000")
    try requireParameter(
      smallestCrop > 0 && smallestCrop <= 1, "smallest-crop", smallestCrop, "above 0, at most 1")
    try requireParameter(cropWarmup ?? 0 >= 0, "crop-warmup", cropWarmup ?? 0, "0 or more")
    try requireParameter(cropInterval ?? 1 >= 1, "crop-interval", cropInterval ?? 1, "at least 1")
    try requireParameter(
      cropAlpha > 0 && cropAlpha <= 100, "crop-alpha", cropAlpha, "above 0, at most 100")
    try requireParameter(0..<1 ~= cropThreshold, "crop-threshold", cropThreshold, "0 ..< 1")
    try requireParameter(jitter >= 0 && jitter.isFinite, "jitter", jitter, "0 or more")
    try requireParameter(
      saturation >= 0 && saturation.isFinite, "saturation", saturation, "0 or more")
    try requireParameter(0...0.5 ~= hue, "hue", hue, "0 … 0.5")
    try requireParameter(0...1 ~= grayscale, "grayscale", grayscale, "0 … 1")
    try requireParameter(0...1 ~= blur, "blur", blur, "0 … 1")
    try requireParameter(0...1 ~= solarization, "solarization", solarization, "0 … 1")
    try requireParameter(0...180 ~= rotation, "rotation", rotation, "0 … 180")
    try requireParameter(neighbors > 0, "neighbors", neighbors, "at least 1")
    try requireParameter(
      1e-6...1e6 ~= voteTemperature, "vote-temperature", voteTemperature, "1e-6 … 1e6")
    try method.validate(self)
  }
}
