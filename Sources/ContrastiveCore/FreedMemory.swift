import ContrastiveKernels
import Synchronization

/// What the process does with memory it has freed.
public enum FreedMemory {
  /// Keeps freed blocks for the process, which saves a training step a fifth of its time.
  ///
  /// A step frees and allocates the same tens of megabytes again and again; by default glibc hands
  /// the pages back each time and the kernel clears them anew. With it, at most 128 MiB of large
  /// blocks of scratch wait for the next call. A setting of the whole process, so a program asks
  /// for it, not the library. The C library's part has no effect without glibc.
  public static func keep() {
    contrastive_keep_freed_memory()
    isKept.store(true, ordering: .relaxed)
  }

  private static let isKept = Atomic<Bool>(false)
  private static let waiting = WaitingBlocks()
  /// Blocks that the C library keeps are no matter for us.
  private static let smallestBlock = 4 << 20
  fileprivate static let maxBytes = 128 << 20

  /// A block of a size that was given back before.
  static func take(_ bytes: Int) -> UnsafeMutableRawBufferPointer? {
    guard bytes >= smallestBlock else { return nil }
    return waiting.take(bytes)
  }

  /// Takes a block that is no longer used; false where it is to be freed.
  static func give(_ memory: UnsafeMutableRawBufferPointer) -> Bool {
    guard memory.count >= smallestBlock, isKept.load(ordering: .relaxed) else { return false }
    return waiting.give(memory)
  }

  /// Bytes that wait for the next call.
  package static var heldBytes: Int { waiting.bytes }
}

/// Blocks that no one uses.
///
/// Whoever finds the list in use does without it: the child of a fork may find it in use for ever,
/// by a thread that it does not have.
private final class WaitingBlocks: @unchecked Sendable {
  private let isInUse = Atomic<Bool>(false)
  private var blocks: [UnsafeMutableRawBufferPointer] = []

  /// Nil, with nothing done, where the list stays in use.
  private func whenFree<Result>(_ body: () -> Result) -> Result? {
    for _ in 0..<1_000 {
      if !isInUse.exchange(true, ordering: .acquiring) {
        defer { isInUse.store(false, ordering: .releasing) }
        return body()
      }
      contrastive_pause()
    }
    return nil
  }

  func take(_ bytes: Int) -> UnsafeMutableRawBufferPointer? {
    whenFree {
      blocks.lastIndex { $0.count == bytes }.map { blocks.remove(at: $0) }
    } ?? nil
  }

  func give(_ memory: UnsafeMutableRawBufferPointer) -> Bool {
    let old: [UnsafeMutableRawBufferPointer]? = whenFree {
      blocks.append(memory)
      var (old, held) = ([UnsafeMutableRawBufferPointer](), sum)
      while held > FreedMemory.maxBytes {
        old.append(blocks.removeFirst())
        held -= old[old.count - 1].count
      }
      return old
    }
    guard let old else { return false }
    for block in old { block.deallocate() }
    return true
  }

  var bytes: Int { whenFree { sum } ?? 0 }

  private var sum: Int { blocks.reduce(0) { $0 + $1.count } }
}
