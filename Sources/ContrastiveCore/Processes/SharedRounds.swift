/// How what belongs to a block of a `BlockPairPass` is sent to another process.
struct BlockTransfer: Sendable {
  let add: @Sendable (_ block: Int, inout Packet) -> Void
  let take: @Sendable (_ block: Int, inout PacketReader) -> Void

  /// Of a pass whose blocks have nothing but sums.
  static let nothing = BlockTransfer(add: { _, _ in }, take: { _, _ in })
}

extension BlockTransfer {
  /// The statistics of the first `blocks` blocks.
  init<Statistics: Sendable>(
    of found: SharedMemory<Statistics>, by transfer: Transfer<Statistics>, blocks: Int
  ) {
    add = { if $0 < blocks { transfer.add(found[$0], &$1) } }
    take = { if $0 < blocks { found[$0] = transfer.take(&$1) } }
  }

  /// These and a block's sums.
  func with(
    _ sums: SharedMemory<Float>, _ range: @escaping @Sendable (_ block: Int) -> Range<Int>
  ) -> BlockTransfer {
    BlockTransfer(
      add: { block, packet in
        add(block, &packet)
        let own = range(block)
        packet.add(sums + own.lowerBound, count: own.count)
      },
      take: { block, reader in
        take(block, &reader)
        let own = range(block)
        reader.take(own.count, into: sums + own.lowerBound)
      })
  }
}

/// The pairs of a grid as processes share them: each has a run of a round's places, and what is
/// known of a block travels with it from place to place.
///
/// In a `CrossingGrid` the first set's blocks stay where they are and those of the second go around
/// the ring; in a `SymmetricGrid` they go along it in both directions. So a block is paired in the
/// same order as without processes.
struct SharedRounds<Grid: BlockPairGrid> {
  private let group: any ProcessGroup
  private let transfer: BlockTransfer
  /// What goes with a block and stays at its home in the end, where it is not sent to all.
  private let staying: BlockTransfer?
  private let blocks: Int
  private let homes: [Int]
  /// The pairs of each round with their index, and whose they are.
  private var rounds: [[(index: Int, pair: BlockPair, owner: Int)]] = []

  init(
    _ grid: Grid, group: any ProcessGroup, transfer: BlockTransfer, staying: BlockTransfer?
  ) {
    self.group = group
    self.transfer = transfer
    self.staying = staying
    blocks = grid.blocks
    let ofSet = grid.blocksOfSet
    homes = (0..<grid.blocks).map { group.owner(of: $0 % ofSet, of: ofSet) }
    var pairs: [[(index: Int, pair: BlockPair)]] = []
    for index in 0..<grid.pairs {
      let pair = grid.pair(index)
      if pair.round == pairs.count { pairs.append([]) }
      pairs[pair.round].append((index, pair))
    }
    rounds = pairs.map { round in
      round.enumerated().map { place, entry in
        (entry.index, entry.pair, group.owner(of: place, of: round.count))
      }
    }
    // A block that is paired with itself is where it starts the next round.
    guard rounds.count > 1, rounds[0].allSatisfy({ $0.pair.second == $0.pair.first }) else {
      return
    }
    var starts = [Int](repeating: 0, count: blocks)
    for (_, pair, owner) in rounds[1] { pair.forEachBlock { starts[$0] = owner } }
    for place in rounds[0].indices { rounds[0][place].owner = starts[rounds[0][place].pair.first] }
  }

  /// Runs the pairs of this process, and leaves it with what is known of every block.
  func run(
    _ workers: Workers, finish: @Sendable (_ block: Int) -> Void,
    _ body: @Sendable (_ index: Int, _ pair: BlockPair, _ worker: Int) -> Void
  ) {
    var places = [Int](repeating: -1, count: blocks)
    for round in rounds {
      move(&places, to: round.map { ($0.pair, $0.owner) })
      let own = round.filter { $0.owner == group.rank }
      workers.forEach(own.count) { body(own[$0].index, own[$0].pair, $1) }
    }
    if staying != nil {
      move(
        &places,
        to: homes.enumerated().map { (BlockPair(round: 0, first: $0, second: nil), $1) })
    }
    let last = places
    let own = last.indices.filter { last[$0] == group.rank }
    workers.forEach(own.count) { place, _ in finish(own[place]) }
    var packet = Packet()
    for block in own { transfer.add(block, &packet) }
    group.forEachOther(packet.bytes) { rank, bytes in
      var reader = PacketReader(bytes)
      for block in last.indices where last[block] == rank { transfer.take(block, &reader) }
    }
  }

  /// Sends blocks to where they are in a round.
  private func move(_ places: inout [Int], to round: [(pair: BlockPair, owner: Int)]) {
    var moves: [(block: Int, from: Int, to: Int)] = []
    for (pair, owner) in round {
      pair.forEachBlock { block in
        if places[block] >= 0, places[block] != owner {
          moves.append((block, places[block], owner))
        }
        places[block] = owner
      }
    }
    var packets = [Int: Packet]()
    for (block, from, to) in moves where from == group.rank {
      transfer.add(block, &packets[to, default: Packet()])
      staying?.add(block, &packets[to, default: Packet()])
    }
    let sources = Set(moves.filter { $0.to == group.rank }.map(\.from)).sorted()
    let arrived = group.exchange(packets.mapValues(\.bytes), from: sources)
    for source in sources {
      var reader = PacketReader(arrived[source] ?? [])
      for (block, from, to) in moves where from == source && to == group.rank {
        transfer.take(block, &reader)
        staying?.take(block, &reader)
      }
    }
  }
}

extension BlockPair {
  /// Calls `body` with the first block and, if there is another, the second.
  fileprivate func forEachBlock(_ body: (Int) -> Void) {
    body(first)
    if let second, second != first { body(second) }
  }
}

extension ProcessGroup {
  /// Sends bytes to some processes and gets those of others, however many they are.
  fileprivate func exchange(
    _ outgoing: [Int: [UInt8]], from sources: [Int]
  ) -> [Int: [UInt8]] {
    let targets = outgoing.keys.sorted()
    var counts = [Int](repeating: 0, count: sources.count)
    let lengths = targets.map { outgoing[$0]?.count ?? 0 }
    let width = MemoryLayout<Int>.stride
    lengths.withUnsafeBytes { lengths in
      counts.withUnsafeMutableBytes { counts in
        exchange(
          sending: targets.indices.map {
            OutgoingMessage(
              to: targets[$0],
              UnsafeRawBufferPointer(rebasing: lengths[($0 * width)..<(($0 + 1) * width)]))
          },
          receiving: sources.indices.map {
            IncomingMessage(
              from: sources[$0],
              UnsafeMutableRawBufferPointer(rebasing: counts[($0 * width)..<(($0 + 1) * width)]))
          })
      }
    }
    var starts = [0]
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    var arriving = [UInt8](repeating: 0, count: starts[counts.count])
    let sent = targets.flatMap { outgoing[$0] ?? [] }
    sent.withUnsafeBytes { sent in
      arriving.withUnsafeMutableBytes { arriving in
        var start = 0
        var sending: [OutgoingMessage] = []
        for (target, length) in zip(targets, lengths) where length > 0 {
          sending.append(
            OutgoingMessage(
              to: target, UnsafeRawBufferPointer(rebasing: sent[start..<(start + length)])))
          start += length
        }
        exchange(
          sending: sending,
          receiving: sources.indices.filter { counts[$0] > 0 }.map {
            IncomingMessage(
              from: sources[$0],
              UnsafeMutableRawBufferPointer(rebasing: arriving[starts[$0]..<starts[$0 + 1]]))
          })
      }
    }
    return Dictionary(
      uniqueKeysWithValues: sources.indices.map {
        (sources[$0], Array(arriving[starts[$0]..<starts[$0 + 1]]))
      })
  }
}
