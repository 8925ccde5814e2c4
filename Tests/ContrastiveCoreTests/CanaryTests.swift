import ContrastiveCore
import ContrastiveKernels
import Foundation
import Testing

/// Faults on purpose, which `make sanitize` must see reported or its silence means nothing.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["CONTRASTIVE_CANARY"] != nil))
struct CanaryTests {
  @Test func race() throws {
    let shared = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    shared.initialize(to: 0)
    defer { shared.deallocate() }
    nonisolated(unsafe) let counter = shared
    try Workers(count: 4).forEach(8) { _, _ in
      for _ in 0..<100 {
        counter.pointee += 1
        usleep(200)
      }
    }
  }

  @Test func readBeyondTheEnd() {
    let values = UnsafeMutablePointer<Float>.allocate(capacity: 7)
    values.initialize(repeating: 1, count: 7)
    defer { values.deallocate() }
    // A place that the compiler does not know.
    print(values[6 + CommandLine.arguments.count.signum()])
  }

  /// In C: what is undefined in Swift traps.
  @Test func misalignedNumbers() {
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 4)
    defer { bytes.deallocate() }
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: 8)
    var result: Float = 1
    contrastive_transpose(
      (bytes + 1).assumingMemoryBound(to: Float.self), 1, 1, 1, &result, 1)
    print(result)
  }
}
