import Contrastive

/// LooC (Xiao et al., "What Should Not Be Contrastive in Contrastive Learning", ICLR 2021).
///
/// There are S embedding spaces: one that is invariant to every augmentation, and one for each
/// augmentation that the invariance is not to cover. The query's view draws all augmentations;
/// key view 0 draws all of them anew, and key view s shares augmentation s with the query: in space
/// s it is the positive, and the other views of the image are negatives. One head gives all spaces,
/// `embedding_dimension` outputs each, where the paper has a head for each; keys come from a
/// momentum encoder and are queued for each space. Keys of the query's own image in a queue are
/// excluded. In the very first step, when the queues are empty, the other keys of the batch take
/// their place.
public struct LooCMethod: TrainingMethod {
  /// An augmentation that can have a space of its own.
  public enum Kept: String, Codable, CaseIterable, Sendable {
    /// Brightness, contrast, saturation, hue and the loss of color, as far as the images have them.
    case color
    /// A quarter turn, drawn for every view.
    case rotation

    func includes(_ augmentation: any Augmentation) -> Bool {
      switch self {
      case .color:
        augmentation is BrightnessContrast || augmentation is SaturationHue
          || augmentation is ColorJitter || augmentation is Grayscale
      case .rotation: (augmentation as? Rotation)?.angles == .quarterTurns
      }
    }
  }

  /// The query's view, then the key views.
  public let views: [ViewRecipe]
  private let temperature: Double
  private var momentum: MomentumEncoder
  private var banks: [QueueBank]

  /// The options of LooC.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.looc.rawValue

    /// Softmax temperature τ; 0.2 in the paper.
    public var temperature = 0.2
    /// The augmentations that have an embedding space, in order.
    ///
    /// In the paper color and rotation too, and a change of texture. Without any it is momentum
    /// contrast.
    public var kept = Kept.allCases
    /// Keys that each space's queue holds (16,384 in the paper); when nil 16,384, but at most half
    /// the images.
    public var bankCapacity: Int?
    /// m in θ_key ← m θ_key + (1 − m) θ_online; 0.999 in the paper, 0.996 here, where runs are
    /// shorter.
    public var encoderMomentum: Float = 0.996

    /// The default options.
    public init() {}

    /// S: one space for each augmentation, and one that is invariant to all.
    public var embeddingSpaces: Int { kept.count + 1 }

    /// Sets the default capacity from the number of images.
    public mutating func resolve(images: Int, options: TrainingOptions) {
      bankCapacity = bankCapacity ?? options.queueCapacity(16_384, images: images)
    }

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try require(
        Set(kept).count == kept.count, "kept", kept.map(\.rawValue), "each augmentation once")
      try requireDimension(embeddingSpaces * options.embeddingDimension, "embedding-dimension")
      try requireKeys(bankCapacity, momentum: encoderMomentum, options)
    }

    /// LooC with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let usual = try start.view()
      let turn: [any Augmentation] = kept.contains(.rotation) ? [try Rotation(.quarterTurns)] : []
      let recipe = ViewRecipe(usual.augmentations + turn, scaling: usual.scaling)
      let places = kept.map { kept in
        Set(recipe.augmentations.indices.filter { kept.includes(recipe.augmentations[$0]) })
      }
      let query = recipe.sharing(places.reduce([]) { $0.union($1) })
      let bank = try QueueBank(
        capacity: bankCapacity ?? start.options.batchSize,
        dimension: start.online.projectionDimension / embeddingSpaces)
      return LooCMethod(
        views: [query, recipe] + places.map(recipe.sharing), temperature: temperature,
        momentum: try MomentumEncoder(start.online, momentum: encoderMomentum),
        banks: [QueueBank](repeating: bank, count: embeddingSpaces))
    }
  }

  /// Compares the queries with their keys in every space, then queues each space's keys.
  public mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let spaces = banks.count
    let (projections, tape) = try online.forward(batch.views[0], workers: workers)
    let queries = try projections.inSpaces(spaces).directions(argument: "queries")
    try momentum.update(from: online, workers: workers)
    let keys = try keys(of: batch, workers: workers)
    // Key view s in space s, the one that matches.
    let own = (0..<spaces).map { space in
      keys.rows(at: batch.indices.indices.map { ($0 * spaces + space) * spaces + space })
    }

    let result = try LooC(
      temperature: temperature, negatives: Negatives(pairs: try stale(batch.indices))
    ).evaluate(
      queries: queries.rows, keys: keys, banks: banks[0].isEmpty ? own : banks.map(\.rows),
      workers: workers)
    for space in 0..<spaces {
      try banks[space].enqueue(own[space], ids: batch.indices, step: batch.step)
    }
    let slope = try queries.backward(
      result[.queries] ?? Matrix(zeros: queries.rows.rows, by: queries.rows.columns))
    return StepGradient(
      loss: result.loss,
      encoder: try online.backward(
        Matrix(rows: projections.rows, columns: projections.columns, values: Array(slope.values)),
        tape: tape, workers: workers),
      measures: [
        "embedding_spread": queries.rows
          .rows(at: batch.indices.indices.map { $0 * spaces }).unitSpread()
      ])
  }

  /// The momentum encoder's keys: view j of image i in space s is row (i · S + j) · S + s.
  private mutating func keys(
    of batch: TrainingBatch, workers: Workers
  ) throws(ContrastiveError) -> Matrix {
    var found: [Matrix] = []
    for view in batch.views.dropFirst() {
      found.append(
        try momentum.encoder.projections(of: view, mode: .training, workers: workers))
    }
    let values = batch.indices.indices.flatMap { image in found.flatMap { $0.row(image) } }
    let columns = momentum.encoder.projectionDimension
    return try Matrix(rows: batch.indices.count * found.count, columns: columns, values: values)
      .inSpaces(banks.count).directions(argument: "keys").rows
  }

  /// The queries' own entries in the queues, which are excluded; the same in every space.
  private func stale(_ images: [Int]) throws(ContrastiveError) -> PairTerms {
    let own =
      banks[0].isEmpty
      ? try PairTerms(
        rows: images.count, columns: images.count,
        pairs: images.indices.map { PairTerms.Pair(row: $0, column: $0) })
      : try banks[0].columns(for: images).pairs
    return try PairTerms(
      rows: images.count * banks.count, columns: own.columns,
      pairs: own.pairs.flatMap { pair in
        banks.indices.map {
          PairTerms.Pair(row: pair.row * banks.count + $0, column: pair.column)
        }
      })
  }

  /// Exchanges the momentum encoder and the queues.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("momentum", &momentum)
    for space in banks.indices { try state("bank\(space)", &banks[space]) }
  }
}

extension Matrix {
  /// Each row cut into rows of equal length: row i in space s becomes row i · spaces + s.
  fileprivate func inSpaces(_ spaces: Int) throws(ContrastiveError) -> Matrix {
    try Matrix(rows: rows * spaces, columns: columns / spaces, values: Array(values))
  }
}
