/// Which units of a rectangular pass are this process's.
///
/// A process has whole blocks of rows where there are enough for all, and then only what is known
/// of finished blocks is exchanged; else single units, which every process merges.
struct SharedUnits {
  let grid: TileGrid
  /// The other processes, where the pass is shared.
  let group: (any ProcessGroup)?
  /// Whether a process has whole blocks.
  let areBlocks: Bool
  private let chosen: Range<Int>?

  /// There is no `group` for a pass that is not shared; of such a one `blocks` may be all that is
  /// wanted.
  init(_ grid: TileGrid, of group: (any ProcessGroup)?, _ blocks: Range<Int>?) {
    self.grid = grid
    self.group = group
    areBlocks = group.map { grid.rowBlocks >= $0.size } ?? true
    chosen = blocks
  }

  /// The units to compute.
  var units: Range<Int> {
    guard let group else { return units(ofBlocks: chosen ?? 0..<grid.rowBlocks) }
    return units(of: group.rank)
  }

  /// The blocks to merge.
  var mergedBlocks: Range<Int> {
    guard let group, areBlocks else { return chosen ?? 0..<grid.rowBlocks }
    return group.share(of: grid.rowBlocks)
  }

  /// The units of a process.
  func units(of rank: Int) -> Range<Int> {
    guard let group else { return units }
    return areBlocks
      ? units(ofBlocks: group.share(of: grid.rowBlocks, rank: rank))
      : group.share(of: grid.units, rank: rank)
  }

  /// The blocks of a process that has whole ones.
  func blocks(of rank: Int) -> Range<Int> {
    group?.share(of: grid.rowBlocks, rank: rank) ?? mergedBlocks
  }

  /// The rows of a process's blocks; all rows where single units are shared.
  func rows(of rank: Int) -> Range<Int> {
    guard group != nil, areBlocks else { return 0..<grid.rows }
    let (own, size) = (blocks(of: rank), grid.rowsPerBlock)
    return min(grid.rows, own.lowerBound * size)..<min(grid.rows, own.upperBound * size)
  }

  private func units(ofBlocks blocks: Range<Int>) -> Range<Int> {
    (blocks.lowerBound * grid.chunks)..<(blocks.upperBound * grid.chunks)
  }
}

extension RectangleWork {
  /// Sends what this process has computed to all others and gets theirs.
  func exchange(_ shares: SharedUnits) {
    guard let group = shares.group, let transfer = visit.transfer else { return }
    let step = shares.areBlocks ? grid.chunks : 1
    // Sums of whole blocks lie where they belong, one after the other.
    let sendsSums = isSumming && !shares.areBlocks
    var packet = Packet()
    for unit in stride(from: shares.units.lowerBound, to: shares.units.upperBound, by: step) {
      // A pass that is canceled has units without statistics.
      transfer.add(partials[unit] ?? visit.start(grid.rows(block: unit / grid.chunks)), &packet)
      if sendsSums { forSums(of: unit) { packet.add($0, count: $1) } }
    }
    group.forEachOther(packet.bytes) { rank, bytes in
      var reader = PacketReader(bytes)
      let units = shares.units(of: rank)
      for unit in stride(from: units.lowerBound, to: units.upperBound, by: step) {
        partials[unit] = transfer.take(&reader)
        if sendsSums { forSums(of: unit) { reader.take($1, into: $0) } }
      }
    }
    guard isSumming, shares.areBlocks, !keepsOwnRows else { return }
    let dimension = product.dimension
    group.gather(
      sums,
      runs: (0..<group.size).map { rank in
        let rows = shares.rows(of: rank)
        return (rows.lowerBound * dimension)..<(rows.upperBound * dimension)
      })
  }

  private func forSums(of unit: Int, _ body: (UnsafeMutablePointer<Float>, Int) -> Void) {
    let (block, chunk) = unit.quotientAndRemainder(dividingBy: grid.chunks)
    body(sums(block: block, chunk: chunk), grid.rows(block: block).count * product.dimension)
  }
}

extension Faults {
  /// Takes over what any process has found; whether any has been canceled.
  func gather(from group: any ProcessGroup, isCanceled: Bool) -> Bool {
    let memories = [slots.rows, slots.columns]
    let own = memories.flatMap { memory in (0..<memory.count).map { memory[$0] } }
    let width = own.count + 1
    var all = [Int](repeating: 0, count: group.size * width)
    all.replaceSubrange(
      (group.rank * width)..<((group.rank + 1) * width), with: own + [isCanceled ? 1 : 0])
    all.withMutableSharedMemory { memory in
      group.gather(memory, runs: (0..<group.size).map { ($0 * width)..<(($0 + 1) * width) })
    }
    var place = 0
    for memory in memories {
      for index in 0..<memory.count {
        for rank in 0..<group.size { memory[index] = max(memory[index], all[rank * width + place]) }
        place += 1
      }
    }
    return (0..<group.size).contains { all[$0 * width + width - 1] == 1 }
  }
}
