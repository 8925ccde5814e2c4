/// Similarities of one sweep of meetings that the next sweep of the same rows need not compute
/// again.
///
/// There is room for a bounded number of tiles, whatever the rows: those of a sweep's last
/// meetings. A kept tile holds the very bits that would be computed, so that no result depends on
/// how many are.
package final class KeptTiles {
  /// Most bytes of similarities that are held between two sweeps: every pair of 5,700 rows.
  package static let mostBytes = 64 << 20

  private let scratch: Scratch
  private let firstMeeting: Int
  private let tileSize: Int
  private var isFilled = false

  /// Room for tiles of a grid, not yet filled.
  ///
  /// - Parameters:
  ///   - grid: of the two sweeps.
  ///   - mostBytes: what may be held; never more than the tiles there are.
  package init(_ grid: some MeetingGrid, mostBytes: Int = KeptTiles.mostBytes) {
    let count = Self.count(grid, mostBytes)
    tileSize = grid.tileSize
    firstMeeting = grid.meetings - count
    scratch = Scratch(count: count * tileSize)
  }

  /// Bytes that the tiles of a grid take: min(4 · meetings · blockRows², mostBytes), in whole
  /// tiles.
  package static func bytes(_ grid: some MeetingGrid) -> Int {
    4 * count(grid, mostBytes) * grid.tileSize
  }

  /// Whether there is room for every tile of a grid.
  package static func holdAll(of grid: some MeetingGrid) -> Bool {
    count(grid, mostBytes) == grid.meetings
  }

  private static func count(_ grid: some MeetingGrid, _ mostBytes: Int) -> Int {
    min(grid.meetings, mostBytes / (4 * max(1, grid.tileSize)))
  }

  /// What a sweep's workers need: it fills the room, or takes what another has left there.
  package var slots: Slots {
    Slots(
      areFilled: isFilled, memory: scratch.memory, firstMeeting: firstMeeting, tileSize: tileSize)
  }

  /// Says that a sweep has ended: what it found is taken from, what it took is gone.
  func endSweep() { isFilled.toggle() }

  /// The places of tiles.
  package struct Slots: Sendable {
    package let areFilled: Bool
    fileprivate let memory: SharedMemory<Float>
    fileprivate let firstMeeting: Int
    fileprivate let tileSize: Int

    /// Where the tile of a meeting is kept, if it is.
    func slot(of meeting: Int) -> UnsafeMutablePointer<Float>? {
      meeting < firstMeeting ? nil : memory + (meeting - firstMeeting) * tileSize
    }
  }
}
