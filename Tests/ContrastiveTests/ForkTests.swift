import CLibrary
import Contrastive
import Foundation
import Synchronization
import Testing
import _TestSupport

/// A forked process, such as a worker of a data loader, can evaluate: it makes helpers of its own.
@Suite(.timeLimit(.minutes(15))) struct ForkTests {
  /// The system's call, which Swift does not offer as no Swift program may use all of itself after.
  private static let fork: (@convention(c) () -> pid_t)? = {
    dlsym(UnsafeMutableRawPointer(bitPattern: 0), "fork").map {
      unsafeBitCast($0, to: (@convention(c) () -> pid_t).self)
    }
  }()

  private static func bits(_ workers: Workers) throws -> UInt64 {
    let queries = try TestData.embeddings(300, 24, seed: 1)
    let bank = try TestData.embeddings(2_000, 24, seed: 2)
    return try InfoNCE(temperature: 0.1).evaluate(
      queries: queries, keys: queries, bank: bank, workers: workers
    ).loss.bitPattern
  }

  /// How a child ends that evaluates: 0 where its result has the parent's bits; nil after a minute.
  private static func child(_ workers: Workers, expecting expected: UInt64) -> Int32? {
    guard let child = fork?() else { return nil }
    if child == 0 { _exit((try? bits(workers)) == expected ? 0 : 1) }
    var status: Int32 = 0
    for _ in 0..<60_000 {
      if waitpid(child, &status, WNOHANG) == child { return status }
      usleep(1_000)
    }
    kill(child, SIGKILL)
    waitpid(child, &status, 0)
    return nil
  }

  /// Figure: 100 forks while two threads evaluate, 0 hangs, the same bits; in a process of its own.
  ///
  /// Not under a sanitizer, whose own locks a child may find taken for good.
  @Test(.enabled(if: ForkTests.fork != nil), .disabled(if: isSanitized))
  func childrenEvaluateUnderLoad() async {
    await #expect(processExitsWith: .success) {
      let expected = try ForkTests.bits(.all)
      let isDone = Atomic(false)
      let load = DispatchGroup()
      for _ in 0..<2 {
        DispatchQueue.global().async(group: load) {
          while !isDone.load(ordering: .relaxed) { _ = try? ForkTests.bits(.all) }
        }
      }
      var (good, bad, hung) = (0, 0, 0)
      for round in 0..<100 {
        // More workers than there are helpers, too.
        let workers = try round % 3 == 0 ? Workers(count: 7) : round % 3 == 1 ? .all : .one
        switch ForkTests.child(workers, expecting: expected) {
        case 0: good += 1
        case nil: hung += 1
        default: bad += 1
        }
      }
      isDone.store(true, ordering: .relaxed)
      load.wait()
      // The parent goes on.
      let goesOn = try ForkTests.bits(.all) == expected
      FileHandle.standardError.write(
        Data("forks under load: \(good) good, \(bad) bad, \(hung) hung\n".utf8))
      // Of a process that fails nothing is seen but this.
      exit(hung > 0 ? 3 : bad > 0 ? 2 : goesOn ? 0 : 1)
    }
  }
}
