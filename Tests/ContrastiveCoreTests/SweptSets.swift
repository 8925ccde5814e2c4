import ContrastiveCore
import Testing

/// What the tests of sweeps in which blocks meet share.
enum SweptSets {
  static let statistics = RunningSoftmax(
    temperature: 0.1, excluding: [.diagonal], readsOnly: true)

  static func drawn(_ name: String, rows: Int, seed: UInt64) throws -> Operand {
    var random = CounterRandom(seed: seed, UInt64(rows))
    let dimension = 19
    return Operand(
      name,
      try Matrix(
        rows: rows, columns: dimension,
        values: (0..<(rows * dimension)).map { _ in random.uniform(-0.3, 0.3) }))
  }

  /// The number of pairs of blocks that meet: none does twice, and no block has two meetings in one
  /// turn or skips one.
  static func pairs(of grid: some MeetingGrid) -> Int {
    var turns = [Int](repeating: 0, count: grid.blocks)
    var met = Set<Int>()
    for meeting in (0..<grid.meetings).map(grid.meeting) {
      let (first, second) = (meeting.first, meeting.second ?? meeting.first)
      #expect(turns[first] == meeting.turn && turns[second] == meeting.turn)
      for block in Set([first, second]) { turns[block] += 1 }
      guard meeting.second != nil else { continue }
      #expect(met.insert(min(first, second) * grid.blocks + max(first, second)).inserted)
    }
    return met.count
  }
}
