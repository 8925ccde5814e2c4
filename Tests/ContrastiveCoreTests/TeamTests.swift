import ContrastiveCore
import Dispatch
import Synchronization
import Testing

/// Jobs shared by helpers that stay awake: from several callers at once, and one inside another.
@Suite struct TeamTests {
  /// Every piece is done once, by a worker below the number that may work, before the call returns.
  @Test(arguments: [1, 2, 3, 7]) func everyPieceOnce(count: Int) throws {
    let workers = try Workers(count: count)
    let wrong = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 4) { caller in
      for round in 0..<300 {
        let pieces = (caller * 7 + round) % 23
        var times = [Int](repeating: 0, count: pieces)
        times.withUnsafeMutableBufferPointer { times in
          let times = SharedMemory(times)
          workers.forEach(pieces) { index, worker in
            times[index] += 1
            if worker >= min(count, pieces) { wrong.wrappingAdd(1, ordering: .relaxed) }
            guard index == 0, round % 10 == 0 else { return }
            let inner = Atomic<Int>(0)
            workers.forEach(5) { _, _ in inner.wrappingAdd(1, ordering: .relaxed) }
            if inner.load(ordering: .relaxed) != 5 { wrong.wrappingAdd(1, ordering: .relaxed) }
          }
        }
        if times.contains(where: { $0 != 1 }) { wrong.wrappingAdd(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  /// Helpers that went to sleep come back.
  @Test func wakesUp() throws {
    let total = Atomic<Int>(0)
    for _ in 0..<20 {
      #expect(DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(5)) == .timedOut)
      Workers.all.forEach(8) { _, _ in total.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 160)
  }
}
