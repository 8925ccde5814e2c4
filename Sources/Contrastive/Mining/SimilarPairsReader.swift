import Synchronization

/// Finds the pairs of rows and columns whose cosine is at least a threshold.
///
/// A tile's similarities are those of unit rows in Float32: what is above the threshold less their
/// margin is decided in Double. Pairs are kept as long as `room` has some, and counted after that.
struct SimilarPairsReader: MergingReader {
  /// Cosines in Double.
  let cosines: CosinePairs
  /// Pairs of at least this cosine are wanted.
  let threshold: Double
  /// How many pairs may be kept.
  let room: PairRoom
  /// The numbers of the pass's first row and column.
  let origin: (row: Int, column: Int)
  /// Whether only columns after a row's own number are wanted.
  let isOneSet: Bool
  private let floor: Float

  init(
    _ cosines: CosinePairs, threshold: Double, dimension: Int, room: PairRoom,
    origin: (row: Int, column: Int), isOneSet: Bool
  ) {
    self.cosines = cosines
    self.threshold = threshold
    self.room = room
    self.origin = origin
    self.isOneSet = isOneSet
    floor = Float(threshold - CosineRows.margin(dimension: dimension)).nextDown
  }

  /// What a block of rows has found.
  struct Statistics: Sendable {
    /// In the order of the tiles.
    fileprivate(set) var pairs: [Duplicates.Pair] = []
    fileprivate var keys: [UInt64]
  }

  func start(rows: Range<Int>) -> Statistics {
    Statistics(keys: [UInt64](repeating: 0, count: BlockSizes.current.maxColumns))
  }

  func read(_ tile: Tile, into statistics: inout Statistics) {
    let kernels = RowKernels.best
    let before = statistics.pairs.count
    let keeps = room.hasSome
    var surplus = 0
    for (place, row) in tile.rows.enumerated() {
      let own = origin.row + row
      let skipped = isOneSet ? max(0, own + 1 - origin.column - tile.columns.lowerBound) : 0
      guard skipped < tile.columns.count else { continue }
      let count = kernels.filter(
        tile.row(place) + skipped, count: tile.columns.count - skipped, from: floor,
        firstIndex: tile.columns.lowerBound + skipped, into: &statistics.keys)
      for key in statistics.keys[..<count] {
        guard let pair = pair(own, origin.column + RankKey.index(key)) else { continue }
        if keeps { statistics.pairs.append(pair) } else { surplus += 1 }
      }
    }
    room.take(statistics.pairs.count - before + surplus)
  }

  /// The pair of a row and a column, if it is one.
  private func pair(_ row: Int, _ column: Int) -> Duplicates.Pair? {
    cosines.cosine(row, column, atLeast: threshold).map {
      Duplicates.Pair(first: Int32(row), second: Int32(column), similarity: Float($0))
    }
  }

  /// The pairs of a whole set, from products of codes; nil where a pass is to read them.
  ///
  /// Processes share a pass.
  func search(
    _ unit: Operand, workers: Workers
  ) throws(ContrastiveError) -> [[Duplicates.Pair]]? {
    guard workers.processes == nil else { return nil }
    // The margin covers the rounding of unit rows, too.
    let search = ThresholdSearch(rows: unit, threshold: Double(floor))
    return try search.run(workers: workers) { found, row, column in
      guard let pair = pair(row, column) else { return }
      if room.hasSome { found.append(pair) }
      room.take(1)
    }
  }

  /// Of a set with itself a tile's rows are before its columns: its transpose has nothing new.
  func read(
    _ tile: Tile, transposed: () -> Tile, rows: inout Statistics, columns: inout Statistics
  ) { read(tile, into: &rows) }

  func finish(_ statistics: inout Statistics) { statistics.keys = [] }

  func merge(_ later: Statistics, into statistics: inout Statistics) {
    statistics.pairs += later.pairs
  }
}

/// How many pairs have been found, and whether more may be kept.
final class PairRoom: Sendable {
  /// Most pairs that are kept; a tile's may come on top.
  let most: Int
  private let taken = Atomic(0)

  init(most: Int) { self.most = most }

  /// Whether there is room.
  var hasSome: Bool { count <= most }

  /// Pairs found.
  var count: Int { taken.load(ordering: .relaxed) }

  func take(_ count: Int) {
    if count > 0 { taken.wrappingAdd(count, ordering: .relaxed) }
  }
}

extension SimilarPairsReader.Statistics: Portable {
  init(from packet: inout PacketReader) {
    let firsts: [Int32] = packet.take()
    let seconds: [Int32] = packet.take()
    let similarities: [Float] = packet.take()
    pairs = firsts.indices.map {
      Duplicates.Pair(first: firsts[$0], second: seconds[$0], similarity: similarities[$0])
    }
    keys = packet.take()
  }

  func add(to packet: inout Packet) {
    packet.add(pairs.map(\.first))
    packet.add(pairs.map(\.second))
    packet.add(pairs.map(\.similarity))
    packet.add(keys)
  }
}
