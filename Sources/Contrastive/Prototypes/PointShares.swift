/// Which points a process assigns to clusters, where several share the work: the same ones in every
/// iteration, as what is known of a point's distances stays with its process.
struct PointShares {
  /// The other processes; nil where this one has all points.
  let group: (any ProcessGroup)?
  /// Rows of a block of points.
  let rowsPerBlock: Int
  private let rows: Int
  private let blocks: Int

  /// Processes have whole blocks of rows of the passes; fewer blocks than processes are not shared.
  init(rows: Int, clusters: Int, workers: Workers) {
    let grid = TileGrid(rows: rows, columns: clusters)
    group = workers.processes.flatMap { $0.size <= grid.rowBlocks ? $0 : nil }
    rowsPerBlock = grid.rowsPerBlock
    blocks = grid.rowBlocks
    self.rows = rows
  }

  /// The blocks of this process.
  var ownBlocks: Range<Int> { group?.share(of: blocks) ?? 0..<blocks }

  /// The points of this process.
  var ownRows: Range<Int> { group.map { rows(of: $0.rank) } ?? 0..<rows }

  private func rows(of rank: Int) -> Range<Int> {
    let share = group?.share(of: blocks, rank: rank) ?? 0..<blocks
    return min(rows, share.lowerBound * rowsPerBlock)..<min(rows, share.upperBound * rowsPerBlock)
  }

  /// Throws in all processes that share points where one was canceled.
  func checkCanceled(_ workers: Workers) throws(ContrastiveError) {
    if group == nil { try workers.checkCanceled() } else { try workers.checkAnyCanceled() }
  }

  /// The moves of all processes, by ascending rows.
  func gather(_ moves: [ClusterMove], labels: SharedMemory<UInt32>) -> [ClusterMove] {
    guard let group else { return moves }
    var packet = Packet()
    packet.add(moves)
    return group.gather(packet.bytes).enumerated().flatMap { rank, bytes in
      guard rank != group.rank else { return moves }
      var reader = PacketReader(bytes)
      let others: [ClusterMove] = reader.take()
      for move in others { labels[Int(move.row)] = move.to }
      return others
    }
  }

  /// Gets one value for each point from the process that has it.
  func gather(_ values: SharedMemory<Double>) {
    guard let group else { return }
    group.gather(values, runs: (0..<group.size).map(rows(of:)))
  }

  /// The sum of a count over all processes.
  func sum(_ count: Int) -> Int { group?.gather(count).reduce(0, +) ?? count }
}
