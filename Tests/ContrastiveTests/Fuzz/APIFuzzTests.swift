import Contrastive
import Foundation
import Testing
import _TestSupport

/// Random calls of the public library beside its objectives, with any sizes, labels, indices and
/// numbers: each returns or throws a `ContrastiveError`, and none traps.
@Suite struct APIFuzzTests {
  @Test(.timeLimit(.minutes(30))) func randomCalls() throws {
    try Fuzz(calls: 3_000).run { random in
      var draw = Draw(random)
      let (name, call) = draw.random.element(of: Self.calls)
      do {
        try call(&draw)
        return nil
      } catch is ContrastiveError {
        return nil
      } catch {
        return "\(name): \(error)"
      }
    }
  }

  typealias Call = @Sendable (inout Draw) throws -> Void

  static let calls: [(String, Call)] =
    values + clusters + neighbors + measures + banks + choices + mining

  struct NotFinite: Error {}
}
