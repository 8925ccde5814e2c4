import ContrastiveKernels
import Synchronization

/// Temporary Float32 memory of a call, aligned to a cache line and counted.
///
/// The count makes the stated scratch formulas testable: `Scratch.peakBytes` is the most that was
/// held at any instant since the last reset.
package struct Scratch: ~Copyable {
  package let memory: SharedMemory<Float>
  private let allocation: UnsafeMutableRawBufferPointer

  package init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    if let kept = FreedMemory.take(bytes) {
      allocation = kept
    } else {
      allocation = .allocate(byteCount: bytes, alignment: 64)
      if let start = allocation.baseAddress { contrastive_prefer_large_pages(start, bytes) }
    }
    memory = SharedMemory(allocation.bindMemory(to: Float.self))
    Self.hold(bytes)
  }

  deinit {
    Self.release(allocation.count)
    if !FreedMemory.give(allocation) { allocation.deallocate() }
  }

  /// Counts memory of a call that is held otherwise, until it is released.
  package static func hold(_ bytes: Int) {
    let live = liveBytes.wrappingAdd(bytes, ordering: .relaxed).newValue
    peak.max(live, ordering: .relaxed)
  }

  /// No longer counts it.
  package static func release(_ bytes: Int) {
    liveBytes.wrappingSubtract(bytes, ordering: .relaxed)
  }

  private static let liveBytes = Atomic<Int>(0)
  private static let peak = Atomic<Int>(0)

  /// Most bytes held at once since `resetPeak()`.
  package static var peakBytes: Int { peak.load(ordering: .relaxed) }

  /// Starts a new measurement.
  package static func resetPeak() {
    peak.store(liveBytes.load(ordering: .relaxed), ordering: .relaxed)
  }
}
