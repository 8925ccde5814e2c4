import ContrastiveKernels
import Synchronization

/// Whose turn it is: several workers take part in sequences of work, each in its own fixed order.
///
/// Work is handed out in one order in which every sequence's pieces are in theirs, so that the
/// piece that is waited for is always being worked on.
struct Turns: ~Copyable, @unchecked Sendable {
  private let done: UnsafeMutablePointer<Atomic<Int>>
  private let count: Int
  /// Looks before a waiting worker lets others run.
  private static let looks = 256

  /// Sequences at their first turn.
  init(count: Int) {
    self.count = count
    done = .allocate(capacity: count)
    for index in 0..<count { (done + index).initialize(to: Atomic(0)) }
  }

  deinit {
    done.deinitialize(count: count)
    done.deallocate()
  }

  /// Returns when so many pieces of a sequence have ended.
  func await(_ turn: Int, of sequence: Int) {
    var looks = 0
    while done[sequence].load(ordering: .acquiring) < turn {
      looks += 1
      if looks.isMultiple(of: Self.looks) { contrastive_yield() }
    }
  }

  /// Ends a piece of a sequence.
  func end(of sequence: Int) { done[sequence].wrappingAdd(1, ordering: .releasing) }
}
