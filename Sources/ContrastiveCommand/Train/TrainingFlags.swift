import ArgumentParser
import Contrastive
import ContrastiveTraining

/// The options of a run as flags; one that is not given leaves the method's default.
///
/// The defaults in the help are MoCo's; `--print-config` prints those of any method.
struct TrainingFlags: ParsableArguments {
  private static let standard = TrainingOptions()

  @Option(
    help:
      "Passes over the training images; 0 keeps the encoder as drawn. (default: \(standard.epochs))"
  )
  var epochs: Int?

  @Option(help: "Images in a step. (default: \(standard.batchSize))")
  var batchSize: Int?

  @Option(help: "Use only the first training images. (default: all)")
  var limit: Int?

  @Option(help: "Seed of every random draw. (default: \(standard.seed))")
  var seed: UInt64?

  @Option(
    parsing: .upToNextOption,
    help: """
      Channels of the convolutions. (default: \
      \(standard.widths.map(String.init).joined(separator: " ")))
      """
  )
  var widths: [Int] = []

  @Option(help: "Hidden dimension of the projection head. (default: \(standard.hiddenDimension))")
  var hiddenDimension: Int?

  @Option(
    help: "Dimension of the embeddings in the loss. (default: \(standard.embeddingDimension))")
  var embeddingDimension: Int?

  @Option(help: "Peak learning rate. (default: \(standard.learningRate))")
  var learningRate: Float?

  @Option(help: "Momentum of the optimizer. (default: \(standard.sgdMomentum))")
  var sgdMomentum: Float?

  @Option(help: "Weight decay. (default: \(standard.weightDecay))")
  var weightDecay: Float?

  @Option(help: "Epochs of rising learning rate. (default: \(standard.warmupEpochs))")
  var warmupEpochs: Float?

  @Option(help: "Temperature of the loss; as --set temperature=…")
  var temperature: Double?

  @Option(help: "Keys in the memory bank; as --set bank_capacity=…")
  var bankCapacity: Int?

  @Option(help: "Momentum of the moving-average encoder; as --set encoder_momentum=…")
  var encoderMomentum: Float?

  @Option(help: "Smallest share of an image's area in a crop. (default: \(standard.smallestCrop))")
  var smallestCrop: Float?

  @Option(help: "Where crops lie: random, or contrastive, by heat maps. (default: random)")
  var crop: CropName?

  @Option(help: "Strength of brightness and contrast jitter. (default: \(standard.jitter))")
  var jitter: Float?

  @Flag(inversion: .prefixedNo, help: "Mirror views at random. (default: --no-flips)")
  var flips: Bool?

  @Option(help: "Neighbors that vote in the evaluation. (default: \(standard.neighbors))")
  var neighbors: Int?

  @Option(help: "Temperature of their vote. (default: \(standard.voteTemperature))")
  var voteTemperature: Double?

  /// Puts what was given in the place of the defaults.
  func apply(to options: inout TrainingOptions) {
    func set<Value>(_ path: WritableKeyPath<TrainingOptions, Value>, _ value: Value?) {
      if let value { options[keyPath: path] = value }
    }
    set(\.epochs, epochs)
    set(\.batchSize, batchSize)
    if let limit { options.limit = limit }
    set(\.seed, seed)
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
  /// Puts what was given of the method's own options in the place of the defaults.
  func apply(to configuration: inout Configuration) throws(ContrastiveError) {
    if let temperature { try configuration.set("temperature", to: "\(temperature)") }
    if let bankCapacity { try configuration.set("bank_capacity", to: "\(bankCapacity)") }
    if let encoderMomentum { try configuration.set("encoder_momentum", to: "\(encoderMomentum)") }
  }

  /// Whether one of the method's own options was given.
  var changesMethod: Bool {
    temperature != nil || bankCapacity != nil || encoderMomentum != nil
  }
}

extension CropName: ExpressibleByArgument {}
