import ContrastiveCore
import ContrastiveFiles
import Testing
import _TestSupport

@Suite struct LineLogTests {
  @Test func linesAreAdded() throws {
    try TemporaryFolder.use { folder throws in
      let log = LineLog(path: folder.file("log.jsonl"))
      try log.append(#"{"step": 1}"#)
      try log.append("")
      try log.append("é")
      #expect(try folder.bytes("log.jsonl") == Array("{\"step\": 1}\n\né\n".utf8))
    }
  }

  @Test func anIncompleteLineStaysAlone() throws {
    try TemporaryFolder.use { folder throws in
      let path = try folder.write(Array("whole\nhal".utf8), "log")
      try LineLog(path: path).append("next")
      #expect(try folder.bytes("log") == Array("whole\nhal\nnext\n".utf8))
    }
  }

  @Test func whatIsRefused() throws {
    try TemporaryFolder.use { folder throws in
      #expect(
        throws: ContrastiveError.file(
          path: folder.file("log"), problem: "cannot be added to: the text has more than one line")
      ) {
        try LineLog(path: folder.file("log")).append("a\nb")
      }
      #expect(
        throws: ContrastiveError.file(
          path: folder.path, problem: "cannot be opened: Is a directory")
      ) { try LineLog(path: folder.path).append("a") }
      #expect(try folder.names.isEmpty)
    }
  }
}
