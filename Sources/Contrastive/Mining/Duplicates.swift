/// The near duplicates of a set: all pairs of rows whose cosine is at least a threshold, the groups
/// they form, and one row of each group to keep.
///
/// ```
/// pairs    i < j with ⟨x_i, x_j⟩ / √(⟨x_i, x_i⟩ ⟨x_j, x_j⟩) ≥ threshold
/// groups   connected components of the pairs; each has the number of its lowest row
/// kept     one row of each group
/// ```
/// Products of unit rows, of codes or in Float32, rule pairs out, with a margin that their error
/// cannot exceed; products and sums in Double of the rows as given decide the others. Equal rows
/// have a cosine of exactly 1.
///
/// Groups are transitive: of a chain of rows, each near the next, one is kept.
///
/// Complexity: n² · D floating-point operations, each pair of rows once, and 2 · D in Double for
/// each pair at or near the threshold. Memory beyond the input: 8 · D + 80 bytes a row (unit rows
/// and codes), 24 bytes a pair, and the engine's tiles.
public struct Duplicates: Sendable {
  /// Two rows that are near each other.
  public struct Pair: Sendable, Equatable {
    /// The row with the lower number.
    public let first: Int32
    /// The other.
    public let second: Int32
    /// Their cosine, rounded to Float32.
    public let similarity: Float
  }

  /// Which row of a group is kept.
  public enum Representative: String, CaseIterable, Sendable {
    /// The one with the lowest number.
    case first
    /// The one whose cosine with the mean of the group's unit rows is largest; the lowest of those
    /// within 1e-12 of it, as both rows of a pair are.
    case central
  }

  /// By ascending first row, then second.
  public let pairs: [Pair]
  /// The lowest row of each row's group; its own number where it is near no other.
  public let groups: [Int32]
  /// Whether each row is the one of its group that is kept.
  public let kept: [Bool]

  /// Finds the near duplicates of a set.
  ///
  /// - Parameters:
  ///   - embeddings: [n × D], none of them zeros; of any length.
  ///   - threshold: a cosine, above −1 and at most 1.
  ///   - representative: which row of a group is kept.
  ///   - maxPairs: more pairs than this are counted and refused.
  ///   - memory: most bytes of unit rows; nil for those of all rows. No effect on the result.
  ///   - argument: the name of the embeddings in errors.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.nonFinite`, `.zeroNorm`, `.canceled`, and
  ///   `.parameter` for a threshold outside its range, or one that gives more pairs than
  ///   `maxPairs`, with their number.
  public init(
    of embeddings: Matrix, threshold: Double = 0.95,
    keeping representative: Representative = .first,
    maxPairs: Int = 1 << 28, memory: Int? = nil, argument: String = "embeddings",
    workers: Workers = .all
  ) throws(ContrastiveError) {
    try Self.require(threshold)
    let rows = try CosineRows(embeddings, argument: argument, workers: workers)
    let room = PairRoom(most: maxPairs)
    let found = try Self.blocks(
      rows, threshold: threshold, room: room, memory: memory, workers: workers)
    let count = workers.sum(room.count)
    try requireParameter(
      count <= maxPairs, "threshold", "\(threshold), which \(count) pairs reach",
      "one that at most \(maxPairs) reach, or room for more")
    pairs = Self.sorted(found, rows: rows.count)
    let components = ConnectedComponents(nodes: rows.count, pairs: pairs)
    groups = components.lowest
    kept = try components.representatives(representative, of: rows, workers: workers)
  }

  /// Checks a threshold.
  package static func require(_ threshold: Double) throws(ContrastiveError) {
    try requireParameter(
      threshold > -1 && threshold <= 1, "threshold", threshold, "a cosine above -1 and at most 1")
  }

  /// Pairs as the blocks of passes have found them.
  private static func blocks(
    _ rows: CosineRows, threshold: Double, room: PairRoom, memory: Int?, workers: Workers
  ) throws(ContrastiveError) -> [[Pair]] {
    let size = memory.map {
      max(BlockSizes.current.maxPairBlockRows, $0 / (8 * rows.given.columns))
    }
    let panels = stride(from: 0, to: rows.count, by: size ?? rows.count).map {
      $0..<min(rows.count, $0 + (size ?? rows.count))
    }
    return try CosinePairs.with(rows, rows) { cosines throws(ContrastiveError) in
      var found: [[Pair]] = []
      for (place, panel) in panels.enumerated() {
        let unit = rows.unit(panel, workers: workers)
        func reader(_ columns: Range<Int>) -> SimilarPairsReader {
          SimilarPairsReader(
            cosines, threshold: threshold, dimension: rows.given.columns, room: room,
            origin: (panel.lowerBound, columns.lowerBound), isOneSet: true)
        }
        if panels.count == 1, let pairs = try reader(panel).search(unit, workers: workers) {
          return pairs
        }
        found += try SymmetricPass(unit).read(reader(panel), workers: workers).map(\.pairs)
        for others in panels[(place + 1)...] {
          found += try RectanglePass(
            rows: unit, columns: rows.unit(others, workers: workers)
          ).read(reader(others), workers: workers).map(\.pairs)
        }
      }
      return found
    }
  }

  /// All pairs in their order: by the first row in counted places, then each row's by the second.
  private static func sorted(_ blocks: [[Pair]], rows: Int) -> [Pair] {
    var starts = [Int](repeating: 0, count: rows + 1)
    for block in blocks {
      for pair in block { starts[Int(pair.first) + 1] += 1 }
    }
    for row in 0..<rows { starts[row + 1] += starts[row] }
    let count = starts[rows]
    var next = starts
    return [Pair](unsafeUninitializedCapacity: count) { pairs, initialized in
      for block in blocks {
        for pair in block {
          (pairs.baseAddress.unsafelyUnwrapped + next[Int(pair.first)]).initialize(to: pair)
          next[Int(pair.first)] += 1
        }
      }
      for row in 0..<rows where starts[row + 1] - starts[row] > 1 {
        pairs[starts[row]..<starts[row + 1]].sort { $0.second < $1.second }
      }
      initialized = count
    }
  }
}
