/// A memory bank with a slot for each sample of a data set, which follows the sample's embedding.
///
/// Slot i is sample i. Its first embedding x is kept as it is (of unit length), a later one moves
/// it:
/// ```
/// v_i ← (m · v_i + (1 − m) · x) / ‖m · v_i + (1 − m) · x‖
/// ```
/// Where a batch has a sample more than once, the last of them in batch order is the one that
/// counts. Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination",
/// CVPR 2018 (m = 0.5); InvP and PCL's features are kept the same way.
///
/// A value: a copy is a snapshot. Rows of samples not yet written are zeros, and `columns`
/// excludes them.
public struct SampleBank: MemoryBank, Equatable {
  /// The embeddings with id, label and step of each.
  public private(set) var slots: BankSlots
  /// m: how much of a row stays at an update.
  package let momentum: Double
  /// Samples that have an embedding.
  public private(set) var count = 0
  /// The step of the last write, or −1 before the first.
  public private(set) var lastStep = BankSlots.none

  /// An empty bank.
  ///
  /// - Parameters:
  ///   - samples: how many the data set has, at least 1.
  ///   - dimension: at least 1.
  ///   - momentum: m, 0 ..< 1; 0.5 is Wu et al.'s.
  ///   - precision: how embeddings are kept.
  ///   - products: `.int16` also keeps codes of them (see `QueueBank.init`).
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    samples: Int, dimension: Int, momentum: Double = 0.5,
    precision: BankSlots.Precision = .single, products: Precision = .float32
  ) throws(ContrastiveError) {
    try self.init(
      empty: BankSlots(
        capacity: samples, dimension: dimension, precision: precision, products: products,
        named: "samples"),
      momentum: momentum)
  }

  private init(empty slots: BankSlots, momentum: Double) throws(ContrastiveError) {
    try requireParameter(momentum >= 0 && momentum < 1, "momentum", momentum, "0 ..< 1")
    self.slots = slots
    self.momentum = momentum
  }

  /// Number of samples.
  package var samples: Int { slots.capacity }

  /// Slots that are columns: all.
  public var columnCount: Int { samples }

  /// Whether a sample has an embedding.
  package func holds(_ sample: Int) -> Bool { slots.steps[sample] >= 0 }

  /// The samples that have an embedding from the oldest update to the newest; those of one step in
  /// ascending order.
  package var oldestFirst: [Int] {
    slots.steps.indices.filter(holds).sorted {
      (slots.steps[$0], $0) < (slots.steps[$1], $1)
    }
  }

  /// Moves the rows of some samples toward their embeddings.
  ///
  /// Sums and norms in Double. Complexity: O(rows · dimension).
  ///
  /// - Parameters:
  ///   - embeddings: [any number × dimension]; normalized before they are used.
  ///   - ids: sample of each, below `samples`.
  ///   - labels: label of each, −1 for none; without them labels stay as they are.
  ///   - step: when this is, not before the last write; without it, one after that.
  /// - Throws: `ContrastiveError`: `.shape`, `.nonFinite`, `.tooLarge`, `.index`, `.parameter`, and
  ///   `.zeroNorm` for an embedding of zeros or one that cancels the row; the bank is then
  ///   unchanged.
  public mutating func update(
    _ embeddings: Matrix, ids: [Int], labels: [Int]? = nil, step: Int? = nil
  ) throws(ContrastiveError) {
    try update(embeddings, ids: ids, labels: labels, step: step, canceled: .refused)
  }

  /// What becomes of a row that an embedding cancels.
  package enum CanceledRow: Sendable {
    /// `ContrastiveError.zeroNorm`.
    case refused
    /// The embedding takes its place.
    case replaced
  }

  /// The same, with a choice for rows that cancel.
  package mutating func update(
    _ embeddings: Matrix, ids: [Int], labels: [Int]? = nil, step: Int? = nil,
    canceled: CanceledRow
  ) throws(ContrastiveError) {
    try requireIndices(ids, count: embeddings.rows, below: samples, named: "ids")
    let batch = try BankWrite(
      embeddings, ids: ids, labels: labels, step: step, last: lastStep, dimension: dimension)
    var last: [Int: Int] = [:]
    for (row, id) in ids.enumerated() { last[id] = row }
    let written = ids.indices.filter { last[ids[$0]] == $0 }
    var units: [[Float]] = []
    units.reserveCapacity(written.count)
    for row in written {
      let unit = batch.unit.row(row)
      switch (moved(ids[row], toward: unit), canceled) {
      case (let moved?, _): units.append(moved)
      case (nil, .replaced): units.append(Array(unit))
      case (nil, .refused): throw .zeroNorm(argument: "embeddings", row: row)
      }
    }
    for (row, unit) in zip(written, units) {
      let id = ids[row]
      if !holds(id) { count += 1 }
      slots.write(
        id, embedding: unit[...], id: id, label: labels?[row] ?? slots.labels[id],
        step: batch.step)
    }
    slots.encode(written.map { ids[$0]..<(ids[$0] + 1) })
    lastStep = batch.step
  }

  /// The row of a sample after an update, or nil where it would have no direction.
  private func moved(_ sample: Int, toward embedding: Matrix.Row) -> [Float]? {
    guard holds(sample) else { return Array(embedding) }
    let mean = zip(slots.embedding(sample), embedding).map {
      momentum * Double($0) + (1 - momentum) * Double($1)
    }
    let norm = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // What is left of two opposite rows is rounding, not a direction.
    guard norm > 1e-6 else { return nil }
    return mean.map { Float($0 / norm) }
  }

  /// Removes every row; the step of the last write stays.
  package mutating func removeAll() {
    slots.removeAll()
    count = 0
  }

  /// A bank from what was saved of one: its slots, momentum and `lastStep`.
  ///
  /// - Parameters:
  ///   - slots: the id of each slot that was written is its own index.
  ///   - momentum: m, 0 ..< 1.
  ///   - lastStep: the step of the last write, or −1.
  /// - Throws: `ContrastiveError`: `.parameter`, `.index` for a state that no bank has.
  public init(slots: BankSlots, momentum: Double, lastStep: Int) throws(ContrastiveError) {
    try self.init(empty: slots, momentum: momentum)
    try requireMinusOneOrMore([lastStep], named: "lastStep")
    self.lastStep = lastStep
    for (slot, step) in slots.steps.enumerated() {
      guard step <= lastStep else {
        throw .index(
          argument: "steps", position: slot, found: "\(step)", expected: "at most \(lastStep)")
      }
      let expected = step < 0 ? BankSlots.none : slot
      guard slots.ids[slot] == expected else {
        throw .index(
          argument: "ids", position: slot, found: "\(slots.ids[slot])", expected: "\(expected)")
      }
    }
    count = slots.steps.count { $0 >= 0 }
  }
}
