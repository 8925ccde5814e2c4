/// A first-in, first-out memory bank of unit embeddings (MoCo's queue).
///
/// A value: a copy is a snapshot. Any batch size fits: a batch that reaches the end goes on at the
/// start, and of a batch larger than the capacity the last rows stay. Rows not yet written are not
/// part of `rows`, so they never enter a loss.
public struct QueueBank: Sendable {
  /// Most rows it holds.
  public let capacity: Int
  /// The embeddings' dimension.
  public let dimension: Int
  /// Rows written so far, at most the capacity.
  public private(set) var count = 0
  /// The slot the next row goes to.
  public private(set) var nextSlot = 0
  private var storage: [Float]

  /// An empty bank.
  ///
  /// - Parameters:
  ///   - capacity: at least 1.
  ///   - dimension: at least 1.
  /// - Throws: `ContrastiveError.parameter`.
  public init(capacity: Int, dimension: Int) throws(ContrastiveError) {
    guard capacity > 0 else {
      throw .parameter(name: "capacity", found: "\(capacity)", expected: "at least 1")
    }
    guard dimension > 0 else {
      throw .parameter(name: "dimension", found: "\(dimension)", expected: "at least 1")
    }
    let (elements, overflow) = capacity.multipliedReportingOverflow(by: dimension)
    guard !overflow, elements <= Int.max / 8 else {
      throw .parameter(
        name: "capacity", found: "\(capacity) rows of \(dimension)",
        expected: "a bank that fits in memory")
    }
    self.capacity = capacity
    self.dimension = dimension
    storage = [Float](repeating: 0, count: elements)
  }

  /// Whether no row has been written yet.
  public var isEmpty: Bool { count == 0 }

  /// The rows written so far, without a copy, in slot order (which is age order until the first
  /// wrap; see `oldestFirst`).
  public var rows: Matrix { Matrix(rows: count, columns: dimension, sharing: storage) }

  /// The slots from the oldest row to the newest.
  public var oldestFirst: [Int] {
    count < capacity ? Array(0..<count) : Array(nextSlot..<capacity) + Array(0..<nextSlot)
  }

  /// Writes rows over the oldest ones, each normalised to unit length.
  ///
  /// Complexity: O(rows · dimension).
  ///
  /// - Parameter embeddings: [any number × dimension].
  /// - Throws: `ContrastiveError`: `.shape`, `.nonFinite`, `.tooLarge`, `.zeroNorm`; the bank is
  ///   then unchanged.
  public mutating func enqueue(_ embeddings: Matrix) throws(ContrastiveError) {
    guard embeddings.columns == dimension else {
      throw .shape(
        argument: "embeddings", found: embeddings.shape,
        expected: "[\(embeddings.rows) × \(dimension)]")
    }
    let unit = try embeddings.normalized().rows
    let dropped = max(0, unit.rows - capacity)
    nextSlot = (nextSlot + dropped) % capacity
    for row in dropped..<unit.rows {
      let start = nextSlot * dimension
      storage.replaceSubrange(start..<(start + dimension), with: unit.row(row))
      nextSlot = (nextSlot + 1) % capacity
    }
    count = min(capacity, count + unit.rows)
  }
}

extension QueueBank {
  /// A bank as it was saved, or nil for a state that no bank has.
  package init?(capacity: Int, rows: Matrix, nextSlot: Int) {
    guard rows.rows <= capacity, 0..<capacity ~= nextSlot,
      rows.rows == capacity || nextSlot == rows.rows,
      var bank = try? QueueBank(capacity: capacity, dimension: rows.columns)
    else { return nil }
    bank.storage.replaceSubrange(0..<(rows.rows * rows.columns), with: rows.values)
    (bank.count, bank.nextSlot) = (rows.rows, nextSlot)
    self = bank
  }
}
