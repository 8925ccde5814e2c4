import ContrastiveCommand
import Foundation
import Testing
import _TestSupport

/// What the processes of a job compare before any work.
@Suite struct JobInputsTests {
  /// What is written is not the same on every machine, or not yet there.
  @Test func whatIsWrittenIsNoInput() throws {
    let folder = try TemporaryFolder()
    for name in ["x.npy", "c.npy", "out", "t.csv", "t.jsonl"] { try folder.write("", name) }
    for name in ["pictures", "cache"] {
      try FileManager.default.createDirectory(
        atPath: folder.file(name), withIntermediateDirectories: false)
    }
    func inputs(_ words: String...) -> [String] {
      JobInputs.inputs(of: words.map { $0.replacing("DIR", with: folder.path) })
        .map { $0.replacing(folder.path, with: "DIR") }
    }
    #expect(
      inputs("train", "--data", "DIR/pictures", "--cache", "DIR/cache", "--output=DIR/out")
        == ["DIR/pictures"])
    #expect(inputs("train", "--cache=DIR/cache", "--data=DIR/pictures") == ["DIR/pictures"])
    #expect(
      inputs("mine", "--queries", "DIR/x.npy", "--csv", "DIR/t.csv", "--jsonl", "DIR/t.jsonl")
        == ["DIR/x.npy"])
    #expect(
      inputs("kmeans", "-i", "DIR/x.npy", "--initial=DIR/c.npy", "-o", "DIR/out")
        == ["DIR/x.npy", "DIR/c.npy"])
  }
}
