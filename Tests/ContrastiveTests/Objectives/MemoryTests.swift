import Contrastive
import Foundation
import Testing
import _TestSupport

/// Memory that evaluations take, as the operating system counts it.
///
/// The count is one of the whole process, so each measurement has a process of its own.
@Suite struct MemoryTests {
  /// Pairs × negatives, or batch × batch, in memory would be 1 GiB or more here.
  @Test(.disabled(if: isSanitized)) func scratchDoesNotGrowWithTheBatch() async {
    await #expect(processExitsWith: .success) {
      let view = try TestData.embeddings(8_192, 4, seed: 1)
      try expectGrowth(atMost: 128 << 20, "NT-Xent") {
        _ = try NTXent().evaluate(view1: view, view2: view, workers: Workers(count: 2))
      }
    }
    await #expect(processExitsWith: .success) {
      let queries = try TestData.embeddings(1_024, 4, seed: 1)
      let bank = try TestData.embeddings(262_144, 4, seed: 2)
      try expectGrowth(atMost: 128 << 20, "InfoNCE") {
        _ = try InfoNCE().evaluate(
          queries: queries, keys: queries, bank: bank, gradients: [.queries, .bank],
          workers: Workers(count: 2))
      }
    }
  }
}

/// Stops the process where its peak of memory grows by more.
private func expectGrowth(
  atMost bytes: Int, _ name: String, _ body: () throws -> Void
) throws {
  let before = try peakBytes()
  try body()
  let growth = try peakBytes() - before
  precondition(growth <= bytes, "\(name): \(growth >> 20) MiB")
}

/// The most memory this process has held so far, as Linux tells.
private func peakBytes() throws -> Int {
  let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
  return try #require(Int(line.filter(\.isNumber))) * 1024
}
