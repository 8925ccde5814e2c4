import ContrastiveCore
import Synchronization
import Testing

@Suite struct WorkersTests {
  @Test(arguments: [0, -1, 1_025]) func countsAreChecked(_ count: Int) {
    #expect(
      throws: ContrastiveError.parameter(
        name: "threads", found: "\(count)", expected: "1 … 1024")
    ) { try Workers(count: count) }
  }

  @Test(arguments: [1, 2, 7, 40], [0, 1, 3, 1_000]) func everyIndexOnce(
    _ count: Int, _ pieces: Int
  ) throws {
    let seen = Mutex([Int](repeating: 0, count: pieces))
    try Workers(count: count).forEach(pieces) { index, worker in
      seen.withLock { $0[index] += worker < count ? 1 : 100 }
    }
    #expect(seen.withLock { $0 }.allSatisfy { $0 == 1 })
  }
}
