import ContrastiveCore
import Dispatch
import Synchronization
import Testing

import Foundation

/// Long work off the caller's actor.
@Suite struct WorkersAsyncTests {
  /// The main actor goes on while work waits for it to.
  @MainActor @Test func theActorStaysFree() async throws {
    let ticks = Counter()
    tick(ticks)
    let seen = try await Workers.one.run { workers throws(ContrastiveError) in
      #expect(workers.count == 1)
      wait { ticks.count >= 100 }
      return ticks.count
    }
    #expect(seen == 100)
  }

  /// Counts to 100 on the main actor, each time as a job of its own.
  ///
  /// `Task.yield` would wait for the threads of Swift's tasks, which other tests may keep for
  /// minutes.
  @MainActor private func tick(_ ticks: Counter) {
    guard ticks.add() < 100 else { return }
    DispatchQueue.main.async { MainActor.assumeIsolated { tick(ticks) } }
  }

  @Test func errorsKeepTheirType() async {
    await #expect(throws: ContrastiveError.canceled) {
      try await Workers.one.run { _ throws(ContrastiveError) in throw .canceled }
    }
  }

  @Test func cancellationIsSeenInside() async {
    let started = Counter()
    let task = Task {
      await Workers.one.run { _ in
        started.add()
        wait { Task.isCancelled }
        return Task.isCancelled
      }
    }
    while started.count == 0 { await Task.yield() }
    task.cancel()
    #expect(await task.value)
  }

  /// As many waiting computations as there are threads for tasks, and a task still runs.
  @Test func tasksAreNotStarved() async {
    let isOver = Counter()
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          await Workers.one.run { _ in
            wait { isOver.count > 0 }
            return isOver.count > 0
          }
        }
      }
      group.addTask {
        isOver.add()
        return true
      }
      for await done in group { #expect(done) }
    }
  }
}

/// Keeps its thread until something has happened, or for five minutes: what is tested is that it
/// happens at all, beside other tests that keep every core busy.
private func wait(until happened: () -> Bool) {
  let end = ContinuousClock.now + .seconds(300)
  while !happened(), ContinuousClock.now < end { usleep(1_000) }
}

private final class Counter: Sendable {
  private let value = Atomic(0)

  var count: Int { value.load(ordering: .relaxed) }

  @discardableResult
  func add() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
}
