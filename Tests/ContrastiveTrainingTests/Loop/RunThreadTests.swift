import ContrastiveCore
import Testing

import ContrastiveTraining

/// The same bits for any number of threads, augmentation, method, optimizer and evaluation
/// included.
@Suite struct RunThreadTests {
  @Test(arguments: MethodName.allCases, [2, 3, 4, 7])
  func wholeSteps(_ method: MethodName, _ threads: Int) throws {
    func end(_ threads: Int) throws -> [String: [UInt8]] {
      var run = try SmallRun.make(method, workers: Workers(count: threads))
      while run.stepsDone < 6 { try run.advance { _ in } }
      return try run.fingerprint()
    }
    #expect(try end(threads) == end(1))
  }
}
