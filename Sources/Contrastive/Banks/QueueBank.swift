/// A first-in, first-out memory bank of unit embeddings (MoCo's queue) that knows its samples.
///
/// A value: a copy is a snapshot. Any batch size fits: a batch that reaches the end continues at
/// the start, and of a batch larger than the capacity the last rows stay. Rows not yet written are
/// not part of `rows`, so they never enter a loss.
public struct QueueBank: MemoryBank, Equatable {
  /// The embeddings with id, label and step of each.
  public private(set) var slots: BankSlots
  /// Rows written so far, at most the capacity.
  public private(set) var count = 0
  /// The slot the next row goes to.
  public private(set) var nextSlot = 0
  /// The step of the last write, or −1 before the first.
  public private(set) var lastStep = BankSlots.none

  /// An empty bank.
  ///
  /// - Parameters:
  ///   - capacity: at least 1.
  ///   - dimension: at least 1.
  ///   - precision: how embeddings are kept.
  ///   - products: `.int16` also keeps codes of them, which follow what is written: evaluations
  ///     with `precision: .int16` then need not encode a full bank. The same bits in less time; a
  ///     write takes O(rows written · dimension + capacity) more, and a copy of the codes where a
  ///     snapshot has them, which are 2 bytes for each element, of a multiple of 64 elements a row.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    capacity: Int, dimension: Int, precision: BankSlots.Precision = .single,
    products: Precision = .float32
  ) throws(ContrastiveError) {
    slots = try BankSlots(
      capacity: capacity, dimension: dimension, precision: precision, products: products)
  }

  /// Most rows it holds.
  package var capacity: Int { slots.capacity }

  /// Slots that are columns: those written so far.
  public var columnCount: Int { count }

  /// The slots from the oldest row to the newest.
  package var oldestFirst: [Int] {
    count < capacity ? Array(0..<count) : Array(nextSlot..<capacity) + Array(0..<nextSlot)
  }

  /// Writes rows over the oldest ones, each normalized to unit length.
  ///
  /// Complexity: O(rows · dimension).
  ///
  /// - Parameters:
  ///   - embeddings: [any number × dimension].
  ///   - ids: sample id of each, 0 or more; without them no row has a known sample.
  ///   - labels: label of each, −1 for none.
  ///   - step: when this is, not before the last write; without it, one after that.
  /// - Throws: `ContrastiveError`: `.shape`, `.nonFinite`, `.tooLarge`, `.zeroNorm`, `.index`,
  ///   `.parameter`; the bank is then unchanged.
  public mutating func enqueue(
    _ embeddings: Matrix, ids: [Int]? = nil, labels: [Int]? = nil, step: Int? = nil
  ) throws(ContrastiveError) {
    let batch = try BankWrite(
      embeddings, ids: ids, labels: labels, step: step, last: lastStep, dimension: dimension)
    let first = max(0, batch.unit.rows - capacity)
    nextSlot = (nextSlot + first) % capacity
    let start = nextSlot
    for row in first..<batch.unit.rows {
      slots.write(
        nextSlot, embedding: batch.unit.row(row), id: batch.id(row), label: batch.label(row),
        step: batch.step)
      nextSlot = (nextSlot + 1) % capacity
    }
    let end = start + batch.unit.rows - first
    slots.encode([start..<min(end, capacity), 0..<max(0, end - capacity)])
    count = min(capacity, count + batch.unit.rows)
    if count < capacity { nextSlot = count }
    lastStep = batch.step
  }

  /// Removes every row; the step of the last write stays.
  package mutating func removeAll() {
    slots.removeAll()
    (count, nextSlot) = (0, 0)
  }

  /// A bank from what was saved of one: its slots, `nextSlot` and `lastStep`.
  ///
  /// - Parameters:
  ///   - slots: written from the first on, or all.
  ///   - nextSlot: the slot the next row goes to.
  ///   - lastStep: the step of the last write, or −1.
  /// - Throws: `ContrastiveError.index` for a state that no bank has.
  public init(slots: BankSlots, nextSlot: Int, lastStep: Int) throws(ContrastiveError) {
    self.slots = slots
    count = slots.steps.firstIndex { $0 < 0 } ?? slots.capacity
    let expected = count < slots.capacity ? count..<(count + 1) : 0..<slots.capacity
    guard expected ~= nextSlot else {
      throw .index(
        argument: "nextSlot", position: 0, found: "\(nextSlot)", expected: "\(expected)")
    }
    self.nextSlot = nextSlot
    self.lastStep = lastStep
    if let slot = slots.steps[count...].firstIndex(where: { $0 >= 0 }) {
      throw .index(
        argument: "steps", position: slot, found: "a row after an empty slot",
        expected: "none, since slot \(count) is empty")
    }
    var latest = 0
    for slot in oldestFirst {
      guard latest <= slots.steps[slot], slots.steps[slot] <= lastStep else {
        throw .index(
          argument: "steps", position: slot, found: "\(slots.steps[slot])",
          expected: "\(latest) … \(lastStep), in the order of writing")
      }
      latest = slots.steps[slot]
    }
    try requireMinusOneOrMore([lastStep], named: "lastStep")
  }
}
