import ContrastiveKernels
import Synchronization

/// Lets each block be worked on by one worker at a time, in the order of its rounds.
///
/// Pairs are handed out by ascending round, so that the one that is waited for is always being
/// worked on.
struct BlockTurns: ~Copyable, @unchecked Sendable {
  private let done: UnsafeMutablePointer<Atomic<Int>>
  private let count: Int
  /// Spins before a waiting worker yields its processor.
  private static let spins = 256

  /// Blocks at their first round.
  init(count: Int) {
    self.count = count
    done = .allocate(capacity: count)
    for index in 0..<count { (done + index).initialize(to: Atomic(0)) }
  }

  deinit {
    done.deinitialize(count: count)
    done.deallocate()
  }

  /// Returns when so many rounds of a block have ended.
  func await(_ round: Int, of block: Int) {
    var spins = 0
    while done[block].load(ordering: .acquiring) < round {
      spins += 1
      if spins.isMultiple(of: Self.spins) { contrastive_yield() }
    }
  }

  /// Ends a round of a block.
  func end(of block: Int) { done[block].wrappingAdd(1, ordering: .releasing) }
}

extension BlockPairGrid {
  /// Calls `body` for each pair of blocks, by the workers: a block is in one pair at a time, and in
  /// the order of its rounds.
  func forEachInTurn(
    _ workers: Workers,
    _ body: @Sendable (_ index: Int, _ pair: BlockPair, _ worker: Int) -> Void
  ) {
    let turns = BlockTurns(count: blocks)
    workers.forEach(pairs) { index, worker in
      let pair = pair(index)
      turns.await(pair.round, of: pair.first)
      guard let second = pair.second else { return turns.end(of: pair.first) }
      if second != pair.first { turns.await(pair.round, of: second) }
      body(index, pair, worker)
      if second != pair.first { turns.end(of: second) }
      turns.end(of: pair.first)
    }
  }
}
