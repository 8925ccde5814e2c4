import Contrastive

/// InvP (Wang et al., "Unsupervised Representation Learning by Invariance Propagation", NeurIPS
/// 2020).
///
/// One view of every image; a bank holds one embedding of each image of the data set. A query must
/// find its own among those most like it, and from some epoch on also the hardest of the images
/// that walks in the graph of nearest neighbors lead to. After the gradient the graph learns the
/// batch's neighbors and the bank's rows move. An image that was not yet visited is its own
/// neighbor. The bank starts as what the untrained encoder makes of the images: random vectors, as
/// in the paper, take longer to forget.
public struct InvPMethod: TrainingMethod {
  /// One view.
  public let views: [ViewRecipe]
  private let options: Options
  private var bank: SampleBank
  /// [images × neighbors], the graph.
  private var neighbors: [Int]

  /// The options of invariance propagation.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.invp.rawValue

    /// Softmax temperature τ; 0.2 in the authors' commands, 0.07 in their code.
    public var temperature = 0.2
    /// M, the nearest rows of the bank, which are the softmax's background; 4,096 in the paper.
    public var background = 4_096
    /// k, neighbors of an image in the graph, at most all others; 4 in the paper.
    public var graphNeighbors = 4
    /// l, steps of the longest walk to a positive; 3 in the paper.
    public var walkSteps = 3
    /// P, the hardest positives of a query; 50 in the paper for ImageNet, 20 for small sets.
    public var positives = 20
    /// λ, the weight of the positives; 0.6 in the paper.
    public var propagationWeight = 0.6
    /// Whether the positives' background is the paper's: what is near and no walk reaches.
    ///
    /// By default it is all that is near, as in the authors' code.
    public var exactBackground = false
    /// The epoch from which positives count, from 0; 30 in the paper, of 200.
    ///
    /// The graph begins to learn an epoch earlier.
    public var propagationEpoch = 2
    /// Momentum of the bank's rows; 0.5 in the paper.
    public var bankMomentum = 0.5
    /// Epochs at whose beginning the bank becomes the encoder's embeddings of all images; none in
    /// the paper, whose bank starts as random vectors.
    public var bankRefreshEpochs = 1

    /// The default options.
    public init() {}

    /// A head normalized after every layer, for the reason that instance discrimination has one:
    /// the bank lags behind.
    ///
    /// With it 68.5 % by kNN, without 60.5 %, of a random encoder's 61.4 % (5,000 images of
    /// Fashion-MNIST, 5 epochs).
    public static func adjust(_ options: inout TrainingOptions) {
      options.headNormalization = .all
    }

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try require(2...1_000_000_000 ~= background, "background", background, "2 … 1000000000")
      try require(1...1_000 ~= graphNeighbors, "graph_neighbors", graphNeighbors, "1 … 1000")
      try NeighborGraph.requireSteps(walkSteps, named: "walk_steps")
      try require(1...1_000_000 ~= positives, "positives", positives, "1 … 1000000")
      try require(
        0...1e6 ~= propagationWeight, "propagation_weight", propagationWeight, "0 … 1e6")
      try require(propagationEpoch >= 0, "propagation_epoch", propagationEpoch, "0 or more")
      try requireShare(bankMomentum, "bank_momentum")
      try require(
        bankRefreshEpochs >= 0, "bank_refresh_epochs", bankRefreshEpochs, "0 or more")
    }

    /// Invariance propagation with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      var options = self
      options.graphNeighbors = min(graphNeighbors, start.images - 1)
      var bank = try SampleBank(
        samples: start.images, dimension: start.online.projectionDimension,
        momentum: bankMomentum)
      try bank.update(start.randomRows(), ids: Array(0..<start.images), step: 0)
      let k = options.graphNeighbors
      return InvPMethod(
        views: [try start.view()], options: options, bank: bank,
        neighbors: (0..<(start.images * k)).map { $0 / k })
    }

    /// The objective of an epoch.
    func objective(in epoch: Int) throws(ContrastiveError) -> InvP {
      try InvP(
        temperature: temperature, background: background, positives: positives, steps: walkSteps,
        weight: epoch < propagationEpoch ? 0 : propagationWeight,
        exactBackground: exactBackground)
    }
  }

  /// Fills the bank before the first epochs.
  public mutating func begin(
    _ epoch: EpochStart, online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) {
    guard epoch.epoch < options.bankRefreshEpochs else { return }
    bank.removeAll()
    try bank.update(
      epoch.projections(by: online, workers: workers).withoutZeroRows(),
      ids: Array(0..<bank.samples), step: epoch.step)
  }

  /// Compares the queries with the bank and its graph, then updates both.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let queries = try ViewProjections(of: batch.views, by: &online, workers: workers)
    let result = try options.objective(in: batch.epoch).evaluate(
      queries: queries.rows, bank: bank.rows, indices: batch.indices,
      neighbors: NeighborGraph(nodes: bank.samples, indices: neighbors), workers: workers)
    if batch.epoch >= options.propagationEpoch - 1 {
      try learnNeighbors(of: batch.indices, queries.rows, workers: workers)
    }
    try bank.update(queries.rows, ids: batch.indices, step: batch.step, canceled: .replaced)
    let gradient = result[.queries] ?? Matrix(zeros: queries.images, by: bank.dimension)
    return StepGradient(
      loss: result.loss,
      encoder: try queries.backward(gradient, through: online, workers: workers),
      measures: ["embedding_spread": queries.rows.unitSpread()])
  }

  /// The bank rows nearest to each query, its own excluded, become its image's neighbors.
  private mutating func learnNeighbors(
    of images: [Int], _ queries: Matrix, workers: Workers
  ) throws(ContrastiveError) {
    let k = options.graphNeighbors
    let table = try NeighborTable(
      nearestTo: queries, in: bank.rows, k: min(k + 1, bank.samples), workers: workers)
    for (row, image) in images.enumerated() {
      neighbors.replaceSubrange(
        (image * k)..<((image + 1) * k),
        with: table.indices(of: row).filter { $0 != image }.prefix(k))
    }
  }

  /// Exchanges the bank and the graph.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("bank", &bank)
    try state("neighbors", &neighbors, count: neighbors.count)
    guard neighbors.allSatisfy({ 0..<bank.samples ~= $0 }) else {
      throw state.failure("neighbors names an image that is not there")
    }
  }
}
