import ContrastiveCore
import FoundationEssentials
import Testing
import _TestSupport

import ContrastiveFiles

/// A file that must be refused, and the words that say why.
struct BadFile: Sendable, CustomTestStringConvertible {
  let format: Format
  let problem: String
  let bytes: [UInt8]

  init(_ format: Format, _ problem: String, _ bytes: [UInt8]) {
    self.format = format
    self.problem = problem
    self.bytes = bytes
  }

  var testDescription: String { "\(format): \(problem)" }
}

/// Nothing in a file can trap, hang or take memory beyond the file's size.
@Suite struct BadFileTests {
  @Test(arguments: npy + safetensors + idx)
  func isRefused(_ file: BadFile) throws {
    try TemporaryFolder.use { folder throws in
      let path = try folder.write(file.bytes, "bad")
      do {
        try file.format.read(path)
        Issue.record("\(file.testDescription): was read")
      } catch ContrastiveError.file(let named, let problem) {
        #expect(named == path)
        #expect(problem.contains(file.problem))
        #expect(!problem.contains { $0.isNewline } && problem.count < 300)
      }
    }
  }

  @Test(arguments: Format.allCases)
  func whatIsNoFileIsRefused(_ format: Format) throws {
    try TemporaryFolder.use { folder throws in
      let cases = [
        (folder.file("missing"), "cannot be opened: No such file or directory"),
        (folder.path, "is a folder"), ("/dev/zero", "is not a regular file"),
        ("", "cannot be opened"),
      ]
      for (path, problem) in cases {
        do {
          try format.read(path)
          Issue.record("\(path) was read")
        } catch ContrastiveError.file(let named, let found) {
          #expect(named == path && found.contains(problem))
        }
      }
    }
  }

  /// One valid file a format, and how many of its bytes are header.
  static let valid: [(format: Format, bytes: [UInt8], header: Int)] = [
    (.npy, FileBytes.base64(NumPyTests.cases[0].1), 128),
    (.safetensors, FileBytes.base64(SafetensorsFileTests.reference), 8 + 0x148),
    (.idx, FileBytes.idx([2, 3, 4], data: 24), 16),
    (.idx, FileBytes.base64(IDXFileTests.images), 56),
  ]

  @Test(arguments: valid.indices)
  func everyTruncationIsRefused(_ index: Int) throws {
    let (format, bytes, _) = Self.valid[index]
    try TemporaryFolder.use { folder throws in
      try format.read(folder.write(bytes, "whole"))
      for count in bytes.indices {
        let path = try folder.write(Array(bytes[..<count]), "cut")
        expectRefusal(
          path, format, ["is not a", "is cut short", "ends early", "ends after", "has 0 bytes"],
          "\(count) bytes")
      }
      // Zeros after gzip data are padding.
      let path = try folder.write(bytes + [7], "long")
      expectRefusal(path, format, ["has 1 bytes too many", "has 1 bytes after the end"])
    }
  }

  /// The file is refused by its name, with a problem that begins in one of these ways.
  private func expectRefusal(
    _ path: String, _ format: Format, _ beginnings: [String], _ comment: Comment = ""
  ) {
    do {
      try format.read(path)
      Issue.record("was read, \(comment)")
    } catch ContrastiveError.file(path, let problem) {
      #expect(beginnings.contains { problem.hasPrefix($0) }, "\(problem), \(comment)")
    } catch {
      Issue.record("\(error), \(comment)")
    }
  }

  /// Every bit of a header, and every byte of it replaced by some others: read or refused.
  @Test(arguments: valid.indices)
  func everyFlipIsReadOrRefused(_ index: Int) throws {
    let (format, bytes, header) = Self.valid[index]
    try TemporaryFolder.use { folder throws in
      var refused = 0
      for position in 0..<header {
        let flips = (0..<8).map { bytes[position] ^ 1 << $0 }
        for byte in flips + [0, 255, 0x20, 0x22, 0x27, 0x2c, 0x5b, 0x7b] {
          var changed = bytes
          changed[position] = byte
          let path = try folder.write(changed, "changed")
          do { try format.read(path) } catch is ContrastiveError { refused += 1 }
        }
      }
      #expect(refused > header)
    }
  }

  static func changed(_ bytes: [UInt8], fromEnd: Int) -> [UInt8] {
    var bytes = bytes
    bytes[bytes.count - fromEnd] ^= 1
    return bytes
  }
}
