import ContrastiveCore
import ContrastiveFiles
import Testing
import _TestSupport

/// What is on the disk after a loss of power at any moment, by a model of a disk that keeps no
/// promise it has not made: what was not synchronized is there as a whole, in part, or not at all.
@Suite struct PowerLossTests {
  /// The contents of each generation: of several writes, not a multiple of a sector.
  static let generations = (1...3).map { generation in
    (0..<(1_100 + 700 * generation)).map { UInt8(truncatingIfNeeded: $0 * 31 + generation) }
  }

  /// Saves all generations under one name and gives the faults of every state that a loss of power
  /// can leave.
  private func faults(ignoring ignored: Int? = nil) throws -> (states: Int, bad: [String]) {
    try TemporaryFolder.use { folder throws in
      let disk = RecordedDisk(ignoring: ignored)
      let path = folder.file("bank")
      for contents in Self.generations {
        try AtomicFile.write(to: path, calls: disk.calls) { writer throws(ContrastiveError) in
          try writer.write(Array(contents[..<513]))
          try writer.write(Array(contents[513...]))
        }
        disk.noteReturn()
      }
      return disk.examine(path, generations: Self.generations)
    }
  }

  /// Figure: every prefix of 3 saves, 0 bad states.
  @Test func aSaveIsOldOrNew() throws {
    let (states, bad) = try faults()
    print("power loss: \(states) states of 3 saves, \(bad.count) bad")
    #expect(states >= 40)
    #expect(bad == [])
  }

  /// Each of the six synchronizations left out alone is found: that of the file leaves torn files,
  /// that of the folder a save that had returned and is gone.
  @Test(arguments: 0..<6) func everySynchronizationIsNeeded(_ ignored: Int) throws {
    let (_, bad) = try faults(ignoring: ignored)
    #expect(!bad.isEmpty, "synchronization \(ignored)")
  }

  /// A line that was added is there; only the one being added can be in part.
  @Test(arguments: [nil, 0, 1] as [Int?]) func aLogKeepsItsLines(_ ignored: Int?) throws {
    try TemporaryFolder.use { folder throws in
      let disk = RecordedDisk(ignoring: ignored)
      let log = LineLog(path: folder.file("log"))
      let lines = (1...3).map { String(repeating: "\($0)", count: 400 * $0) }
      for line in lines {
        try log.append(line, calls: disk.calls)
        disk.noteReturn()
      }
      let whole = lines.indices.map { Array((lines[...$0].joined(separator: "\n") + "\n").utf8) }
      let (states, bad) = disk.examine(log.path) { contents, returned in
        returned == 0 || contents?.starts(with: whole[returned - 1]) == true
      }
      #expect(states > 10)
      #expect(bad.isEmpty == (ignored == nil), "\(bad)")
    }
  }

  /// A folder that was made is there, with those above it.
  @Test(arguments: [nil, 0, 1] as [Int?]) func foldersStay(_ ignored: Int?) throws {
    try TemporaryFolder.use { folder throws in
      let disk = RecordedDisk(ignoring: ignored)
      try Folder.make(folder.file("a/b"), calls: disk.calls)
      disk.noteReturn()
      let (_, bad) = disk.examine(folder.file("a/b")) { contents, returned in
        returned == 0 || contents != nil
      }
      #expect(bad.isEmpty == (ignored == nil), "\(bad)")
    }
  }
}
