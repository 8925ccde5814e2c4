import Contrastive

/// Instance discrimination (Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance
/// Discrimination", CVPR 2018).
///
/// One view of every image; a bank holds one embedding of each image of the data set, and the query
/// is classified as its own among all of them, or among noise rows. After the gradient the bank's
/// row moves toward the query and is brought back to length 1. The bank starts as random unit
/// vectors, as in the paper. The proximal term of the paper is absent, as in the authors' code,
/// whose bank moves by halves instead.
public struct InstDiscMethod: TrainingMethod {
  /// One view.
  public let views: [ViewRecipe]
  private let options: Options
  private var bank: Matrix
  /// Z of the noise-contrastive form: settled by the first batch, 0 before.
  private var partition = 0.0

  /// The options of instance discrimination.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.instdisc.rawValue

    /// Softmax temperature τ; 0.07 in the paper, 0.1 in the authors' code for CIFAR and here.
    public var temperature = 0.1
    /// Momentum of the bank's rows; 0.5 in the authors' code.
    public var bankMomentum: Float = 0.5
    /// Noise rows of each query; 4,096 in the paper.
    ///
    /// When nil the softmax is over the whole bank, as the authors train on CIFAR.
    public var noise: Int?

    /// The default options.
    public init() {}

    /// A head normalized after every layer.
    ///
    /// The authors' has no normalization. But a bank lags an epoch behind, and in a run of few
    /// epochs embeddings that all start in one direction leave it before their rows follow: with it
    /// 69.3 % by kNN, without 59.1 %, of a random encoder's 61.0 % (5,000 images of Fashion-MNIST,
    /// 8 epochs).
    public static func adjust(_ options: inout TrainingOptions) {
      options.headNormalization = .all
    }

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try require(0...1 ~= bankMomentum, "bank_momentum", bankMomentum, "0 … 1")
      try require(1...1_000_000 ~= noise ?? 1, "noise", noise ?? 0, "1 … 1000000")
    }

    /// Instance discrimination with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      InstDiscMethod(
        views: [try start.view()], options: self,
        bank: try start.randomRows())
    }
  }

  /// Classifies the queries among the bank's rows, then updates their own.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let queries = try ViewProjections(of: batch.views, by: &online, workers: workers)
    let noise = options.noise.map {
      var random = CounterRandom.stream(.noise, seed: batch.seed, batch.step)
      return InstDisc.drawNoise(
        rows: queries.images, perRow: $0, bankRows: bank.rows, using: &random)
    }
    let objective = try InstDisc(
      temperature: options.temperature,
      partition: noise != nil && partition > 0 ? partition : nil)
    let result = try objective.evaluate(
      queries: queries.rows, bank: bank, indices: batch.indices, noise: noise, workers: workers)
    partition = result.details.partition ?? partition

    var rows = bank.rows(at: batch.indices)
    let kept = options.bankMomentum
    rows.scaleRows { _ in kept }
    rows.addRows(of: queries.rows) { _ in 1 - kept }
    bank.setRows(batch.indices, to: try rows.directions(argument: "bank").rows)
    let gradient = result[.queries] ?? Matrix(zeros: queries.images, by: bank.columns)
    return StepGradient(
      loss: result.loss,
      encoder: try queries.backward(gradient, through: online, workers: workers),
      measures: ["embedding_spread": queries.rows.unitSpread()])
  }

  /// Exchanges the bank and the partition.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("bank", &bank, rows: bank.rows, columns: bank.columns)
    try state("partition", &partition)
  }
}
