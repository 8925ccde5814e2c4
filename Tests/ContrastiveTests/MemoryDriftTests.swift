import Contrastive
import Foundation
import Testing
import _TestSupport

/// Memory does not grow with the number of calls.
@Suite struct MemoryDriftTests {
  /// Kilobytes of the process that are in memory.
  static var residentKilobytes: Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  }

  /// Figure: 10,000 times evaluate and enqueue, drift at most 1 MiB; in a process of its own.
  @Test(.enabled(if: residentKilobytes > 0 && !isSanitized)) func evaluateAndEnqueue() async {
    await #expect(processExitsWith: .success) {
      FreedMemory.keep()
      #if DEBUG
        let cycles = 1_000
      #else
        let cycles = 10_000
      #endif
      var bank = try QueueBank(capacity: 2_048, dimension: 32)
      let objective = try InfoNCE(temperature: 0.1)
      var start = 0
      for cycle in 0..<(cycles + cycles / 5) {
        if cycle == cycles / 5 { start = MemoryDriftTests.residentKilobytes }
        let queries = try TestData.embeddings(64, 32, seed: UInt64(cycle % 7))
        try bank.enqueue(queries, ids: (0..<64).map { (cycle * 64 + $0) % 4_096 })
        let found = try objective.evaluate(
          queries: queries, keys: queries, bank: bank.columns(for: Array(0..<64)),
          gradients: [.queries, .keys])
        precondition(found.loss.isFinite)
      }
      let drift = MemoryDriftTests.residentKilobytes - start
      FileHandle.standardError.write(
        Data("memory: drift of \(drift) KiB in \(cycles) cycles\n".utf8))
      exit(drift <= 1_024 ? 0 : 1)
    }
  }
}
