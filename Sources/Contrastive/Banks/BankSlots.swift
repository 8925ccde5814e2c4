/// What a memory bank holds: slots, each with an embedding, a sample id, a label and the step it
/// was written at.
///
/// A value of plain arrays, so that a bank can be saved and made again from what was saved; every
/// bank keeps one. Slots that were never written have step −1, an id or a label that is not known
/// is −1, and the embedding of such a slot is zeros.
public struct BankSlots: Sendable, Equatable {
  /// How embeddings are kept.
  public enum Precision: String, CaseIterable, Sendable {
    /// Float32.
    case single
    /// IEEE binary16, half the memory; widened tile by tile.
    ///
    /// A similarity of unit rows is then off by at most 2⁻¹¹ + √D · 2⁻²⁵ (see `HalfMatrix`), and a
    /// loss by at most twice that over the temperature.
    case half
  }

  /// The embeddings of all slots, row-major, in one of the two precisions.
  public enum Elements: Sendable, Equatable {
    /// Float32.
    case single([Float])
    /// IEEE binary16, as bits.
    case half([UInt16])

    var count: Int {
      switch self {
      case .single(let values): values.count
      case .half(let bits): bits.count
      }
    }
  }

  /// An id or a label that is not known, and the step of a slot that was never written.
  package static let none = -1

  /// The embeddings' dimension.
  public let dimension: Int
  /// How embeddings are kept.
  package let precision: Precision
  /// Sample id of each slot, or −1.
  public private(set) var ids: [Int]
  /// Label of each slot, or −1.
  public private(set) var labels: [Int]
  /// The step each slot was written at, or −1.
  public private(set) var steps: [Int]
  // One of the two is empty: an enum's payload could not be changed in place.
  private var single: [Float]
  private var half: [UInt16]
  /// The embeddings in 16 bits where a bank keeps them so, too.
  private var codes: KeptCodes

  /// Empty slots; errors name the capacity as it is given.
  package init(
    capacity: Int, dimension: Int, precision: Precision = .single,
    products: ContrastiveCore.Precision = .float32, named name: String = "capacity"
  ) throws(ContrastiveError) {
    try requireParameter(capacity > 0, name, capacity, "at least 1")
    try requireParameter(dimension > 0, "dimension", dimension, "at least 1")
    let (elements, overflow) = capacity.multipliedReportingOverflow(by: dimension)
    guard !overflow, capacity <= Int(UInt32.max),
      MachineMemory.holds(elements, times: precision == .single ? 4 : 2),
      MachineMemory.holds(
        capacity, times: Self.bytes(dimension, precision, areEncoded: products == .int16))
    else {
      throw .parameter(
        name: name, found: "\(capacity) rows of \(dimension)",
        expected: "a bank that fits in memory")
    }
    self.dimension = dimension
    self.precision = precision
    ids = [Int](repeating: Self.none, count: capacity)
    labels = ids
    steps = ids
    single = [Float](repeating: 0, count: precision == .single ? elements : 0)
    half = [UInt16](repeating: 0, count: precision == .half ? elements : 0)
    codes = KeptCodes(areKept: products == .int16)
    try encodeAll()
  }

  /// Slots from what was saved.
  ///
  /// - Parameters:
  ///   - dimension: at least 1.
  ///   - elements: [slots × dimension]: unit rows, zeros for slots that were never written.
  ///   - ids: [slots], each −1 or more.
  ///   - labels: [slots], each −1 or more.
  ///   - steps: [slots], each −1 or more.
  ///   - products: `.int16` also keeps codes of the embeddings (see `QueueBank.init`).
  /// - Throws: `ContrastiveError`: `.parameter`, `.shape`, `.index`, `.nonFinite`.
  public init(
    dimension: Int, elements: Elements, ids: [Int], labels: [Int], steps: [Int],
    products: ContrastiveCore.Precision = .float32
  ) throws(ContrastiveError) {
    let precision: Precision = if case .half = elements { .half } else { .single }
    try self.init(
      capacity: steps.count, dimension: dimension, precision: precision, named: "slots")
    codes = KeptCodes(areKept: products == .int16)
    try requireShape(
      elements.count == steps.count * dimension, "elements", "[\(elements.count)]",
      "[\(steps.count) × \(dimension)]")
    for (name, values) in [("ids", ids), ("labels", labels), ("steps", steps)] {
      try requireShape(values.count == steps.count, name, "[\(values.count)]", "[\(steps.count)]")
      try requireMinusOneOrMore(values, named: name)
    }
    self.ids = ids
    self.labels = labels
    self.steps = steps
    switch elements {
    case .single(let values): single = values
    case .half(let bits): half = bits
    }
    try requireUnitRows()
    try encodeAll()
  }

  /// Bytes that a slot takes, which are a little more with some products than with others.
  private static func bytes(_ dimension: Int, _ precision: Precision, areEncoded: Bool) -> Int {
    let codes = areEncoded ? 2 * pieces(dimension, 64) * 64 + 32 : 0
    return dimension * (precision == .single ? 4 : 2) + 24 + codes
  }

  private func requireUnitRows() throws(ContrastiveError) {
    for slot in steps.indices {
      let row = embedding(slot)
      if let column = row.firstIndex(where: { !$0.isFinite }) {
        throw .nonFinite(
          argument: "elements", row: slot, column: column, found: "\(row[column])")
      }
      let square = row.reduce(0.0) { $0 + Double($1) * Double($1) }
      // A rounded row of many elements is off by 2⁻¹¹ at most.
      guard steps[slot] < 0 ? square == 0 : abs(square - 1) < 4e-3 else {
        throw .index(
          argument: "elements", position: slot, found: "a row of norm \(square.squareRoot())",
          expected: steps[slot] < 0 ? "zeros in a slot that was never written" : "norm 1")
      }
    }
  }

  /// `.int16` where codes of the embeddings are kept.
  package var products: ContrastiveCore.Precision { codes.areKept ? .int16 : .float32 }

  /// Number of slots.
  package var capacity: Int { steps.count }

  /// The embeddings of all slots.
  public var elements: Elements { precision == .single ? .single(single) : .half(half) }

  /// The embedding of a slot.
  package func embedding(_ slot: Int) -> [Float] {
    precondition(steps.indices ~= slot, "slot outside the bank")
    return precision == .single
      ? Array(single[(slot * dimension)..<((slot + 1) * dimension)])
      : Array(halves(capacity).rows(at: [slot]).values)
  }

  /// The first slots as columns of a pass, without a copy; all of them with their codes.
  func operand(_ count: Int, named name: String) -> Operand {
    let operand =
      precision == .single ? Operand(name, rows(count)) : Operand(name, halves(count))
    return count == capacity ? operand.encoded(as: codes.rows) : operand
  }

  /// The first slots in Float32; of a bank in half precision, widened.
  func rows(_ count: Int) -> Matrix {
    precision == .single
      ? Matrix(rows: count, columns: dimension, sharing: single) : halves(count).widened
  }

  private func halves(_ count: Int) -> HalfMatrix {
    HalfMatrix(rows: count, columns: dimension, sharing: half)
  }

  /// Writes a slot.
  mutating func write(
    _ slot: Int, embedding: some Collection<Float>, id: Int, label: Int, step: Int
  ) {
    let range = (slot * dimension)..<((slot + 1) * dimension)
    precondition(embedding.count == dimension)
    if precision == .single {
      single.replaceSubrange(range, with: embedding)
    } else {
      half.withUnsafeMutableBufferPointer { bits in
        var target = UnsafeMutableBufferPointer(rebasing: bits[range])
        HalfMatrix.round(embedding, into: &target)
      }
    }
    (ids[slot], labels[slot], steps[slot]) = (id, label, step)
  }

  /// Encodes every slot, where the bank keeps codes.
  private mutating func encodeAll() throws(ContrastiveError) {
    guard codes.areKept else { return }
    codes.rows = nil
    codes.rows = try operand(capacity, named: "bank").encoded(workers: .all).codes
  }

  /// Encodes slots that were written, where the bank keeps codes.
  mutating func encode(_ written: [Range<Int>]) {
    // Taken out, so that they are changed in place. Unit rows can be encoded; if one could not, no
    // codes would be kept, and the next evaluation would encode the bank and say why.
    guard var kept = codes.rows.take() else { return }
    do throws(ContrastiveError) {
      try ShortRows.encode(written, of: operand(capacity, named: "bank"), in: &kept)
      codes.rows = kept
    } catch {}
  }

  /// Makes every slot one that was never written.
  mutating func removeAll() {
    for slot in steps.indices {
      (ids[slot], labels[slot], steps[slot]) = (Self.none, Self.none, Self.none)
    }
    for position in single.indices { single[position] = 0 }
    for position in half.indices { half[position] = 0 }
    // Zeros can be encoded.
    try? encodeAll()
  }
}

/// Codes that follow from what a bank holds: they make no two banks differ.
private struct KeptCodes: Sendable, Equatable {
  let areKept: Bool
  var rows: ShortRows?

  static func == (_: KeptCodes, _: KeptCodes) -> Bool { true }
}
