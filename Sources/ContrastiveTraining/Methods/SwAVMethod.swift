import Contrastive

/// SwAV (Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster
/// Assignments", NeurIPS 2020).
///
/// Embeddings are compared with prototypes that are learned; Sinkhorn's iterations turn the scores
/// of the two large views into codes, and every view, the small crops too if there are any, must
/// say the code of the others. Prototypes are brought to length 1 at the beginning of every step,
/// and keep their initial values during the first ones. Queues of earlier embeddings can join the
/// codes when a batch has fewer rows than there are prototypes; they serve once they are full.
public struct SwAVMethod: TrainingMethod {
  /// Two large views, then the small ones.
  public let views: [ViewRecipe]
  private let options: Options
  private let objective: SwAV
  private var prototypes: Prototypes
  private var queues: [QueueBank]
  /// Steps per epoch, set when an epoch begins.
  private var stepsPerEpoch = 0

  /// The options of SwAV.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.swav.rawValue

    /// Number of prototypes (3,000 in the paper for 1,000 classes); when nil 128, but with fewer
    /// than 4,096 images a quarter of the batch, at most 32.
    ///
    /// Codes of a batch with about as many rows as there are prototypes say little.
    public var prototypes: Int?
    /// Softmax temperature τ of the predictions; 0.1 in the paper.
    public var temperature = 0.1
    /// ε of the codes; when nil 0.05 as in the paper, but 0.03 with fewer than 4,096 images.
    ///
    /// In their few steps the scores stay so close together that codes of a larger ε are nearly
    /// uniform, and embeddings follow them into the middle.
    public var epsilon: Float?
    /// Iterations of Sinkhorn; 3 in the paper.
    public var iterations = 3
    /// Epochs during which the prototypes keep their initial values; 1 in the paper, of 100 or
    /// more.
    public var frozenEpochs = 0.25
    /// Embeddings that each of the two queues holds, a multiple of the batch size; 3,840 in the
    /// paper for batches of 256, none for larger ones nor here.
    public var queueLength = 0
    /// The epoch in which the queues begin to fill, from 0; 15 in the paper.
    public var queueStart = 1
    /// Small crops besides the two large ones; 6 in the paper.
    public var smallViews = 0
    /// Largest share of the image's area in a small crop, of which the smallest is a quarter; 0.14
    /// in the paper.
    public var smallCrop: Float = 0.3

    /// The default options.
    public init() {}

    /// A head normalized between its layers, as in the paper.
    public static func adjust(_ options: inout TrainingOptions) {
      options.headNormalization = .hidden
    }

    /// Sets the number of prototypes and ε from the number of images.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      let isSmall = images < 4_096
      let batch = min(options.batchSize, images)
      prototypes = prototypes ?? (isSmall ? max(2, min(32, batch / 4)) : 128)
      epsilon = epsilon ?? (isSmall ? 0.03 : 0.05)
    }

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      let (prototypes, epsilon) = (prototypes ?? 128, epsilon ?? 0.05)
      try require(2...1_000_000 ~= prototypes, "prototypes", prototypes, "2 … 1000000")
      try requireTemperature(temperature)
      try require(epsilon > 0 && epsilon.isFinite, "epsilon", epsilon, "above 0")
      try require(1...1_000 ~= iterations, "iterations", iterations, "1 … 1000")
      try require(0...1e6 ~= frozenEpochs, "frozen_epochs", frozenEpochs, "0 … 1e6")
      try require(
        queueLength == 0
          || queueLength >= options.batchSize
            && queueLength % options.batchSize == 0,
        "queue_length", queueLength, "0 or a multiple of the batch size, \(options.batchSize)")
      try require(queueStart >= 0, "queue_start", queueStart, "0 or more")
      try require(0...64 ~= smallViews, "small_views", smallViews, "0 … 64")
      try require(
        smallCrop > 0 && smallCrop <= 1, "small_crop", smallCrop, "above 0, at most 1")
    }

    /// SwAV with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let dimension = start.online.projectionDimension
      var views = try start.views()
      if smallViews > 0 {
        let shape = start.online.inputShape
        let small = try start.view(
          crop: RandomResizedCrop(
            scale: (smallCrop / 4)...smallCrop,
            size: ((shape.height + 1) / 2, (shape.width + 1) / 2)))
        views += [ViewRecipe](repeating: small, count: smallViews)
      }
      var queues: [QueueBank] = []
      if queueLength > 0 {
        let queue = try QueueBank(capacity: queueLength, dimension: dimension)
        queues = [queue, queue]
      }
      return SwAVMethod(
        views: views, options: self,
        objective: try SwAV(
          temperature: temperature,
          sinkhorn: Sinkhorn(epsilon: epsilon ?? 0.05, iterations: iterations)),
        prototypes: try Prototypes(
          count: prototypes ?? 128, dimension: dimension, seed: start.options.seed), queues: queues)
    }
  }

  /// The prototypes.
  public var parameters: ParameterVector? {
    get { prototypes.parameters }
    set { if let newValue { prototypes.parameters = newValue } }
  }

  /// Notes the number of steps per epoch.
  public mutating func begin(
    _ epoch: EpochStart, online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) {
    stepsPerEpoch = epoch.steps / max(1, epoch.epochs)
  }

  /// Predicts each large view's codes from the other views.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    try prototypes.normalize()
    let projections = try ViewProjections(of: batch.views, by: &online, workers: workers)
    let earlier = queues.allSatisfy { $0.count == $0.capacity } ? queues.map(\.rows) : []
    let result = try objective.evaluate(
      views: projections.rows, count: views.count, prototypes: prototypes.matrix, queue: earlier,
      workers: workers)
    if batch.epoch >= options.queueStart {
      for index in queues.indices { try queues[index].enqueue(projections.view(index)) }
    }
    let isFrozen = Double(batch.step) < options.frozenEpochs * Double(stepsPerEpoch)
    let slope = result[.views] ?? Matrix(zeros: projections.rows.rows, by: prototypes.dimension)
    return StepGradient(
      loss: result.loss,
      encoder: try projections.backward(slope, through: online, workers: workers),
      own: isFrozen ? nil : try result[.prototypes].map(prototypes.vector),
      measures: ["embedding_spread": projections.view(0).unitSpread()])
  }

  /// The prototypes at length 1.
  public var exhibit: MethodExhibit {
    get throws(ContrastiveError) {
      var prototypes = prototypes
      try prototypes.normalize()
      return MethodExhibit(
        prototypes: MethodExhibit.Prototypes(rows: prototypes.matrix, encoder: nil))
    }
  }

  /// Exchanges the queues and the length of an epoch; the prototypes are parameters.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("steps_per_epoch", &stepsPerEpoch)
    for index in queues.indices { try state("queue\(index)", &queues[index]) }
  }
}
