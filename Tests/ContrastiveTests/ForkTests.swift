import Contrastive
import Foundation
import Synchronization
import Testing
import _TestSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A forked process, such as a worker of a data loader, can evaluate: it makes helpers of its own.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ForkTests {
  /// The system's call, which Swift does not offer as no Swift program may use all of itself after.
  private static let fork: (@convention(c) () -> pid_t)? = {
    dlsym(UnsafeMutableRawPointer(bitPattern: 0), "fork").map {
      unsafeBitCast($0, to: (@convention(c) () -> pid_t).self)
    }
  }()

  private let queries: Matrix
  private let bank: Matrix

  init() throws {
    queries = try TestData.embeddings(300, 24, seed: 1)
    bank = try TestData.embeddings(2_000, 24, seed: 2)
  }

  private func bits(_ workers: Workers) throws -> UInt64 {
    try InfoNCE(temperature: 0.1).evaluate(
      queries: queries, keys: queries, bank: bank, workers: workers
    ).loss.bitPattern
  }

  /// How a child ends that evaluates: 0 where its result has the parent's bits; nil after 20 s.
  private func child(_ workers: Workers, expecting bits: UInt64) throws -> Int32? {
    let fork = try #require(Self.fork)
    let child = fork()
    if child == 0 { _exit((try? self.bits(workers)) == bits ? 0 : 1) }
    try #require(child > 0)
    var status: Int32 = 0
    for _ in 0..<20_000 {
      if waitpid(child, &status, WNOHANG) == child { return status }
      usleep(1_000)
    }
    kill(child, SIGKILL)
    waitpid(child, &status, 0)
    return nil
  }

  /// Figure: 100 forks while two threads evaluate, 0 hangs, the same bits.
  @Test(.enabled(if: ForkTests.fork != nil)) func childrenEvaluateUnderLoad() throws {
    let expected = try bits(.all)
    let isDone = Atomic(false)
    let load = DispatchGroup()
    for _ in 0..<2 {
      DispatchQueue.global().async(group: load) {
        while !isDone.load(ordering: .relaxed) { _ = try? bits(.all) }
      }
    }
    var ends: [Int32?: Int] = [:]
    for round in 0..<100 {
      // More workers than there are helpers, too.
      let workers = try round % 3 == 0 ? Workers(count: 7) : round % 3 == 1 ? .all : .one
      ends[try child(workers, expecting: expected), default: 0] += 1
    }
    isDone.store(true, ordering: .relaxed)
    load.wait()
    #expect(ends == [0: 100])
    // The parent goes on.
    #expect(try bits(.all) == expected)
  }
}
