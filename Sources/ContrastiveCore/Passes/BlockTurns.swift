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
