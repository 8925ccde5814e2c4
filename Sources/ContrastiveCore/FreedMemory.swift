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
  private static let blocks = Mutex<[Block]>([])
  /// Blocks that the C library keeps are no matter for us.
  private static let smallestBlock = 4 << 20
  private static let maxBytes = 128 << 20

  /// A block that no one uses.
  private struct Block: @unchecked Sendable {
    let memory: UnsafeMutableRawBufferPointer
  }

  /// A block of a size that was given back before.
  static func take(_ bytes: Int) -> UnsafeMutableRawBufferPointer? {
    guard bytes >= smallestBlock else { return nil }
    return blocks.withLock { blocks in
      blocks.lastIndex { $0.memory.count == bytes }.map { blocks.remove(at: $0) }
    }?.memory
  }

  /// Takes a block that is no longer used; false where it is to be freed.
  static func give(_ memory: UnsafeMutableRawBufferPointer) -> Bool {
    guard memory.count >= smallestBlock, isKept.load(ordering: .relaxed) else { return false }
    let block = Block(memory: memory)
    let old = blocks.withLock { blocks in
      blocks.append(block)
      var (old, held) = ([Block](), bytes(blocks))
      while held > maxBytes {
        old.append(blocks.removeFirst())
        held -= old[old.count - 1].memory.count
      }
      return old
    }
    for block in old { block.memory.deallocate() }
    return true
  }

  /// Bytes that wait for the next call.
  package static var heldBytes: Int { blocks.withLock { bytes($0) } }

  private static func bytes(_ blocks: [Block]) -> Int { blocks.reduce(0) { $0 + $1.memory.count } }
}
