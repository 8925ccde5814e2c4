import ArgumentParser
import Contrastive
import ContrastiveTraining

/// Training options as flags; the method's default holds where a flag is not given.
///
/// The defaults in the help are MoCo's; `--print-config` prints those of any method.
struct TrainingFlags: ParsableArguments {
  private static let standard = TrainingOptions()

  @Option(
    help: """
      Labels to evaluate with: given (label files, or the folders that pictures lie in) or none. \
      (default: given)
      """)
  var labels: LabelUse?

  @Option(
    help: """
      Share of the images set aside for testing where there are no test images, as many of each \
      class. (default: 0.1 where there are labels, 0 where not)
      """)
  var holdout: Float?

  @Option(help: "Height and width that pictures are brought to. (default: \(standard.imageSize))")
  var imageSize: Int?

  @Option(
    help: """
      Published augmentations: \(AugmentName.allCases.map(\.rawValue).joined(separator: ", ")); \
      flags below change single strengths. (default: none of them)
      """)
  var augment: AugmentName?

  @Option(
    help: """
      Passes over the training images; 0 keeps the randomly initialized encoder. (default: \
      \(standard.epochs))
      """)
  var epochs: Int?

  @Option(help: "Batch size in images. (default: \(standard.batchSize))")
  var batchSize: Int?

  @Option(help: "Train on the first N images only. (default: all)")
  var limit: Int?

  @Option(help: "Random seed. (default: \(standard.seed))")
  var seed: UInt64?

  @Option(
    help: "Backbone: small, resnet18, resnet34 or resnet50. (default: \(standard.architecture))")
  var encoder: EncoderArchitecture?

  @Option(
    help: """
      Stem of a ResNet: small (3 × 3, no pooling) or large (7 × 7 in steps of 2, max-pool). \
      (default: small for images of up to 64 pixels)
      """)
  var stem: EncoderStem?

  @Option(
    help: """
      Scale that the last normalization of each residual block starts with: one, or zero, by which \
      every block starts as the identity. (default: one)
      """)
  var lastNormalization: LastNormalization?

  @Option(
    help: """
      Safetensors file whose backbone to start from: a run's encoder.safetensors, or torchvision's \
      names. (default: He's random weights)
      """)
  var initialEncoder: String?

  @Option(help: "What does not learn: none, or backbone. (default: none)")
  var freeze: FrozenPart?

  @Option(
    parsing: .upToNextOption,
    help: """
      Output channels of the small encoder's convolutions. (default: \
      \(standard.widths.map(String.init).joined(separator: " ")))
      """)
  var widths: [Int] = []

  @Option(help: "Hidden dimension of the projection head. (default: \(standard.hiddenDimension))")
  var hiddenDimension: Int?

  @Option(
    help: "Dimension of the embeddings. (default: \(standard.embeddingDimension))")
  var embeddingDimension: Int?

  @Option(help: "Peak learning rate. (default: \(standard.learningRate))")
  var learningRate: Float?

  @Option(help: "Momentum of SGD and LARS. (default: \(standard.sgdMomentum))")
  var sgdMomentum: Float?

  @Option(help: "Weight decay. (default: \(standard.weightDecay))")
  var weightDecay: Float?

  @Option(help: "Epochs of linear learning-rate warm-up. (default: \(standard.warmupEpochs))")
  var warmupEpochs: Float?

  @Option(
    help: "Softmax temperature of the loss; same as --set temperature=… (default: the method's)")
  var temperature: Double?

  @Option(help: "Keys in the memory bank; same as --set bank_capacity=… (default: the method's)")
  var bankCapacity: Int?

  @Option(
    help: """
      Momentum of the momentum encoder; same as --set encoder_momentum=… (default: the method's)
      """)
  var encoderMomentum: Float?

  @Option(
    help: "Smallest crop, as a fraction of the image's area. (default: \(standard.smallestCrop))")
  var smallestCrop: Float?

  @Option(help: "Crop placement: random, or contrastive (guided by heat maps). (default: random)")
  var crop: CropName?

  @Option(help: "Strength of the brightness and contrast jitter. (default: \(standard.jitter))")
  var jitter: Float?

  @Flag(inversion: .prefixedNo, help: "Flip views horizontally at random. (default: --no-flips)")
  var flips: Bool?

  @Option(help: "Neighbors k of the kNN evaluation. (default: \(standard.neighbors))")
  var neighbors: Int?

  @Option(help: "Temperature of the kNN vote. (default: \(standard.voteTemperature))")
  var voteTemperature: Double?

  /// Overrides the defaults by the flags that were given.
  func apply(to options: inout TrainingOptions) {
    func set<Value>(_ path: WritableKeyPath<TrainingOptions, Value>, _ value: Value?) {
      if let value { options[keyPath: path] = value }
    }
    if let augment { options.apply(augment) }
    set(\.labels, labels)
    if let holdout { options.holdout = holdout }
    set(\.imageSize, imageSize)
    set(\.epochs, epochs)
    set(\.batchSize, batchSize)
    if let limit { options.limit = limit }
    set(\.seed, seed)
    set(\.architecture, encoder)
    if let stem { options.stem = stem }
    set(\.lastNormalization, lastNormalization)
    if let initialEncoder { options.initialEncoder = initialEncoder }
    set(\.frozenPart, freeze)
    set(\.widths, widths.isEmpty ? nil : widths)
    set(\.hiddenDimension, hiddenDimension)
    set(\.embeddingDimension, embeddingDimension)
    set(\.learningRate, learningRate)
    set(\.sgdMomentum, sgdMomentum)
    set(\.weightDecay, weightDecay)
    set(\.warmupEpochs, warmupEpochs)
    set(\.smallestCrop, smallestCrop)
    set(\.crop, crop)
    set(\.jitter, jitter)
    set(\.flips, flips)
    set(\.neighbors, neighbors)
    set(\.voteTemperature, voteTemperature)
  }

  /// Gives a run that is resumed the number of epochs that was asked for.
  func extend(_ options: inout TrainingOptions) throws(ContrastiveError) {
    guard let epochs else { return }
    guard epochs >= options.epochs else {
      throw .parameter(
        name: "epochs", found: "\(epochs)",
        expected: "\(options.epochs) or more: a resumed run is not made shorter")
    }
    options.epochs = epochs
  }

  /// Overrides the defaults of the method's own options by the flags that were given.
  func apply(to configuration: inout Configuration) throws(ContrastiveError) {
    if let temperature { try configuration.set("temperature", to: "\(temperature)") }
    if let bankCapacity { try configuration.set("bank_capacity", to: "\(bankCapacity)") }
    if let encoderMomentum { try configuration.set("encoder_momentum", to: "\(encoderMomentum)") }
  }

  /// The flags that were given, by name, but for the number of epochs.
  var givenBesidesEpochs: [String] {
    let all: [(name: String, isGiven: Bool)] = [
      ("labels", labels != nil), ("holdout", holdout != nil), ("image-size", imageSize != nil),
      ("augment", augment != nil), ("batch-size", batchSize != nil), ("limit", limit != nil),
      ("seed", seed != nil), ("encoder", encoder != nil), ("stem", stem != nil),
      ("last-normalization", lastNormalization != nil),
      ("initial-encoder", initialEncoder != nil), ("freeze", freeze != nil),
      ("hidden-dimension", hiddenDimension != nil),
      ("embedding-dimension", embeddingDimension != nil), ("learning-rate", learningRate != nil),
      ("sgd-momentum", sgdMomentum != nil), ("weight-decay", weightDecay != nil),
      ("warmup-epochs", warmupEpochs != nil), ("temperature", temperature != nil),
      ("bank-capacity", bankCapacity != nil), ("encoder-momentum", encoderMomentum != nil),
      ("smallest-crop", smallestCrop != nil), ("crop", crop != nil), ("jitter", jitter != nil),
      ("flips", flips != nil), ("neighbors", neighbors != nil),
      ("vote-temperature", voteTemperature != nil), ("widths", !widths.isEmpty),
    ]
    return all.filter(\.isGiven).map(\.name)
  }
}

extension CropName: ExpressibleByArgument {}
extension LabelUse: ExpressibleByArgument {}
extension AugmentName: ExpressibleByArgument {}
extension EncoderArchitecture: ExpressibleByArgument {}
extension EncoderStem: ExpressibleByArgument {}
extension LastNormalization: ExpressibleByArgument {}
extension FrozenPart: ExpressibleByArgument {}
