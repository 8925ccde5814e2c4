import ContrastiveCore
import Foundation
import Testing

/// A race on purpose, which `make sanitize` must see reported or its silence means nothing.
@Suite struct CanaryTests {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["CONTRASTIVE_CANARY"] != nil))
  func race() throws {
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
}
