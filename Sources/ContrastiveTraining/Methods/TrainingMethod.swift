import Contrastive

/// A training method: which views it draws, what state it keeps between steps, what loss it
/// minimizes.
///
/// The loop does the rest: order of the images, augmentation, optimizer, schedule, evaluation, log,
/// checkpoints and files. A method is a value and holds the whole of its state, all of which it
/// names in `exchange`. No label ever reaches it.
public protocol TrainingMethod: Stateful, Sendable {
  /// The views a step draws of each image; asked anew after each `begin`.
  ///
  /// Recipes may give views of different sizes (multi-crop).
  var views: [ViewRecipe] { get }

  /// What the method learns besides the encoder, such as a predictor or prototypes, in one vector.
  ///
  /// The loop steps and saves it as it steps and saves the encoder's; `exchange` leaves it out.
  var parameters: ParameterVector? { get set }

  /// Called before the first step of an epoch: E-steps, graphs, schedules.
  ///
  /// A run that is resumed in the middle of an epoch does not call it again.
  ///
  /// - Parameters:
  ///   - epoch: where the run stands, and the images to be encoded as a whole.
  ///   - online: the encoder that is trained.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`.
  mutating func begin(
    _ epoch: EpochStart, online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError)

  /// Computes the loss of a batch and its gradients, and moves the method's own state on.
  ///
  /// - Parameters:
  ///   - batch: the views of some images and where the run stands.
  ///   - online: the encoder that is trained; its running statistics may move, its parameters not.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss and its gradients.
  /// - Throws: `ContrastiveError`, such as `.nonFinite` when training has diverged.
  mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient

  /// The learning rate of `parameters`, for methods that do not let it follow the schedule.
  ///
  /// - Parameters:
  ///   - scheduled: the encoder's rate in this step.
  ///   - peak: the schedule's highest rate.
  /// - Returns: the rate of this step.
  func ownRate(scheduled: Float, peak: Float) -> Float

  /// What is wrong with the method's state though the run can go on; asked after every epoch.
  var warnings: [String] { get }

  /// What a report shows of the method after training.
  var exhibit: MethodExhibit { get throws(ContrastiveError) }
}

extension TrainingMethod {
  /// Nothing is learned besides the encoder.
  public var parameters: ParameterVector? {
    get { nil }
    set {}
  }

  /// Nothing is done at the beginning of an epoch.
  public mutating func begin(
    _ epoch: EpochStart, online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) {}

  /// The encoder's rate.
  public func ownRate(scheduled: Float, peak: Float) -> Float { scheduled }

  /// Nothing is wrong.
  public var warnings: [String] { [] }

  /// Nothing besides the encoder.
  public var exhibit: MethodExhibit { MethodExhibit() }
}

/// The input of a method's step.
public struct TrainingBatch: Sendable {
  /// The images' indices in the data set, which are their sample ids.
  public let indices: [Int]
  /// One batch for each recipe of the method's `views`, each in the order of `indices`.
  public let views: [Activations]
  /// Number of the epoch, from 0.
  public let epoch: Int
  /// Number of the step in the whole run, from 0; schedules are functions of `step / steps`.
  public let step: Int
  /// Steps of the whole run.
  public let steps: Int
  /// Random seed of the run.
  public let seed: UInt64

  /// Creates a batch.
  public init(
    indices: [Int], views: [Activations], epoch: Int, step: Int, steps: Int, seed: UInt64
  ) {
    self.indices = indices
    self.views = views
    self.epoch = epoch
    self.step = step
    self.steps = steps
    self.seed = seed
  }
}

/// The result of a method's step.
public struct StepGradient: Sendable {
  /// The loss of the batch.
  public let loss: Double
  /// ∂loss/∂parameters of the encoder.
  public let encoder: ParameterVector
  /// ∂loss/∂parameters of the method's own; nil leaves them as they are in this step.
  public let own: ParameterVector?
  /// Numbers to log, by names in snake case; the log has their means over the epoch.
  public let measures: [String: Double]

  /// Creates a step's result.
  public init(
    loss: Double, encoder: ParameterVector, own: ParameterVector? = nil,
    measures: [String: Double] = [:]
  ) {
    self.loss = loss
    self.encoder = encoder
    self.own = own
    self.measures = measures
  }
}
