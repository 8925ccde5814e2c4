import Contrastive

/// The levels of a hierarchy of clusterings, and what is known of the bank and the prototypes below
/// each: with it a step's negatives are selected.
struct ClusteringLevels: Sendable {
  private(set) var clusterings: [ImageClustering] = []
  private var selections: [NegativeSelection] = []
  /// The log-sum of each bank row on each level; only new rows are computed in a step.
  private var bankSums: [[Float]] = []
  /// The log-sums of each level's prototypes on the level above.
  private var prototypeSums: [[Float]] = []

  /// No levels.
  init() {}

  /// Levels, the lowest first, with a bank.
  ///
  /// - Parameters:
  ///   - clusterings: the levels.
  ///   - bank: [rows × D].
  ///   - workers: the threads to use.
  /// - Throws: `ContrastiveError`.
  init(
    _ clusterings: [ImageClustering], bank: Matrix, workers: Workers
  ) throws(ContrastiveError) {
    self.clusterings = clusterings
    try prepare(workers: workers)
    for selection in selections {
      bankSums.append(try selection.logSums(of: bank, workers: workers))
    }
  }

  /// What follows from the clusterings alone.
  private mutating func prepare(workers: Workers) throws(ContrastiveError) {
    (selections, prototypeSums) = ([], [])
    for (level, clustering) in clusterings.enumerated() {
      let selection = try NegativeSelection(
        centroids: clustering.prototypes, concentrations: clustering.concentrations)
      if level > 0 {
        prototypeSums.append(
          try selection.logSums(of: clusterings[level - 1].prototypes, workers: workers))
      }
      selections.append(selection)
    }
  }

  /// Draws a step's negatives on every level.
  ///
  /// - Parameters:
  ///   - batch: whose draws these are.
  ///   - bank: as it was when its sums were computed.
  ///   - excluded: bank rows that are no negatives of a query.
  ///   - prototypes: whether prototypes are selected, too; on the highest level all are negatives.
  ///   - workers: the threads to use.
  /// - Returns: what the objective takes.
  /// - Throws: `ContrastiveError`.
  func select(
    for batch: TrainingBatch, bank: Matrix, excluding excluded: PairTerms, prototypes: Bool,
    workers: Workers
  ) throws(ContrastiveError) -> [HCSC.Level] {
    var levels: [HCSC.Level] = []
    for (level, clustering) in clusterings.enumerated() {
      var random = CounterRandom.stream(.selection, seed: batch.seed, batch.step, level)
      let seeds = (random.next(), random.next())
      let targets = try clustering.targets(of: batch.indices, level: level, using: random)
      let instances = try selections[level].mask(
        of: bank, logSums: bankSums[level], assignments: targets.assignments, excluding: excluded,
        seed: seeds.0, workers: workers)
      var mask: SelectionMask?
      if prototypes, level + 1 < clusterings.count {
        mask = try selections[level + 1].mask(
          of: clustering.prototypes.rows(at: targets.negatives),
          logSums: targets.negatives.map { prototypeSums[level][$0] },
          assignments: batch.indices.map { clusterings[level + 1].assignments[$0] },
          within: NegativeSelection.prototypeBounds, seed: seeds.1, workers: workers)
      }
      levels.append(HCSC.Level(targets: targets, instances: instances, prototypes: mask))
    }
    return levels
  }

  /// Takes account of bank rows that were written, in the order of writing.
  mutating func renew(
    _ slots: [Int], of bank: Matrix, workers: Workers
  ) throws(ContrastiveError) {
    for (level, selection) in selections.enumerated() {
      let sums = try selection.logSums(of: bank.rows(at: slots), workers: workers)
      for (slot, sum) in zip(slots, sums) {
        if slot == bankSums[level].count { bankSums[level].append(0) }
        bankSums[level][slot] = sum
      }
    }
  }

  /// Exchanges the clusterings and the bank's sums.
  ///
  /// - Parameters:
  ///   - state: takes or gives the parts.
  ///   - blank: a clustering of the data set's images.
  ///   - bank: rows of the bank, which is replaced before.
  /// - Throws: `ContrastiveError.file` when loading finds something else.
  mutating func exchange(
    _ state: inout StateExchange, blank: ImageClustering, bank: Int
  ) throws(ContrastiveError) {
    try state("levels", &clusterings, blank: blank)
    if state.isLoading { bankSums = clusterings.map { _ in [] } }
    for level in clusterings.indices {
      try state("bank_sums.\(level)", &bankSums[level], count: bank)
    }
    guard state.isLoading else { return }
    do {
      try prepare(workers: .all)
    } catch {
      throw state.failure("does not hold levels: \(error)")
    }
  }
}
