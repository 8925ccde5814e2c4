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

  static let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"

  static let npy: [BadFile] = [
    // The file of 32 GiB in 80 bytes.
    BadFile(
      .npy, "is cut short: F32 [65536 × 65536] needs 17179869184 bytes, 0 follow the header",
      FileBytes.npy(shape: "(65536, 65536)", data: 0)),
    BadFile(
      .npy, "needs more bytes than can be counted",
      FileBytes.npy(shape: "(9223372036854775807, 9223372036854775807)", data: 8)),
    BadFile(
      .npy, "needs more bytes than can be counted",
      FileBytes.npy(shape: "(4611686018427387904,)", data: 0)),
    BadFile(
      .npy, "a length that no integer holds",
      FileBytes.npy(shape: "(9223372036854775808,)", data: 0)),
    BadFile(.npy, "has 1 bytes too many: F32 [2]", FileBytes.npy(shape: "(2,)", data: 9)),
    BadFile(
      .npy, "is cut short: F32 [2] needs 8 bytes, 7 follow", FileBytes.npy(shape: "(2,)", data: 7)),
    BadFile(.npy, "has 4 bytes too many", FileBytes.npy(shape: "(0, 3)", data: 4)),
    BadFile(.npy, "is not an .npy file", []),
    BadFile(.npy, "is not an .npy file", [0x93] + Array("NUMP".utf8)),
    BadFile(.npy, "is not an .npy file", Array("PK\u{3}\u{4} an archive of arrays".utf8)),
    BadFile(.npy, "of .npy version 4.0", FileBytes.npy(dictionary, data: 8, major: 4)),
    BadFile(.npy, "of .npy version 0.0", FileBytes.npy(dictionary, data: 8, major: 0)),
    BadFile(.npy, "of .npy version 1.1", FileBytes.npy(dictionary, data: 8, minor: 1)),
    BadFile(
      .npy, "its header has 65535 bytes, 57 follow",
      FileBytes.npy(dictionary, length: 65535)),
    BadFile(
      .npy, "has a header of 65537 bytes, more than the 65536 allowed",
      FileBytes.npy(String(repeating: " ", count: 65537), major: 2)),
    BadFile(
      .npy, "has a header of 4294967295 bytes", FileBytes.npy("", major: 3, length: 0xffff_ffff)),
    BadFile(
      .npy, "cut short: it ends in the length of its header",
      Array(FileBytes.npy("", major: 2)[..<11])),
    BadFile(.npy, "its end at byte 0, expected '{'", FileBytes.npy("")),
    BadFile(.npy, #""[" at byte 0, expected '{'"#, FileBytes.npy("[1, 2]")),
    BadFile(.npy, "no key 'descr'", FileBytes.npy("{}")),
    BadFile(
      .npy, "no key 'fortran_order'", FileBytes.npy("{'descr': '<f4', 'shape': (2,)}", data: 8)),
    BadFile(
      .npy, "no key 'shape'", FileBytes.npy("{'descr': '<f4', 'fortran_order': False}", data: 8)),
    BadFile(
      .npy, #"an unknown or repeated key "descr""#,
      FileBytes.npy("{'descr': '<f4', 'descr': '<f4'}")),
    BadFile(
      .npy, #"an unknown or repeated key "x\ny""#, FileBytes.npy("{'x\ny': 1}")),
    BadFile(.npy, "a string that does not end", FileBytes.npy("{'descr")),
    BadFile(.npy, "expected a string", FileBytes.npy("{descr: '<f4'}")),
    BadFile(.npy, "expected ':'", FileBytes.npy("{'descr' '<f4'}")),
    BadFile(.npy, "expected '}'", FileBytes.npy("{'descr': '<f4' 'shape': ()}")),
    BadFile(
      .npy, "expected nothing after the dictionary", FileBytes.npy(dictionary + "x", data: 8)),
    BadFile(.npy, "expected True or False", FileBytes.npy("{'fortran_order': 0}")),
    BadFile(.npy, "expected a length", FileBytes.npy(shape: "(-1,)", data: 8)),
    BadFile(.npy, "expected a length", FileBytes.npy(shape: "(,)", data: 8)),
    BadFile(.npy, "expected ','", FileBytes.npy(shape: "(2)", data: 8)),
    BadFile(.npy, "expected ','", FileBytes.npy(shape: "(2.0,)", data: 8)),
    BadFile(.npy, "expected '('", FileBytes.npy(shape: "[2]", data: 8)),
    BadFile(
      .npy, "more than 64 axes",
      FileBytes.npy(
        shape: "(" + String(repeating: "1, ", count: 65) + ")", data: 4)),
    BadFile(
      .npy, "is cut short: I16 [3 × 2] needs 12 bytes, 11 follow",
      FileBytes.npy("{'descr': '>i2', 'fortran_order': True, 'shape': (3, 2)}", data: 11)),
    BadFile(
      .npy, #"holds Python objects of type "|O", which are unsupported"#,
      FileBytes.npy(descr: "'|O'", shape: "(2,)", data: 8)),
    BadFile(
      .npy, #"strings of type "<U5", which are unsupported (supported: f2, f4, f8, i1, i2, i4,"#,
      FileBytes.npy(descr: "'<U5'", shape: "(2,)", data: 40)),
    BadFile(
      .npy, #"type "<c8", which are unsupported"#,
      FileBytes.npy(descr: "'<c8'", shape: "(2,)", data: 16)),
    BadFile(
      .npy, #"type "f4", which are unsupported"#,
      FileBytes.npy(descr: "'f4'", shape: "(2,)", data: 8)),
    BadFile(
      .npy, "holds structured elements, which are unsupported",
      FileBytes.npy(descr: "[('a', '<f4')]", shape: "(2,)", data: 8)),
  ]

  static func entry(
    _ name: String, _ shape: String, _ offsets: String, dtype: String = "F32"
  ) -> String {
    #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  static func header(_ entries: String...) -> String { "{\(entries.joined(separator: ","))}" }

  static let safetensors: [BadFile] = [
    BadFile(.safetensors, "has 0 bytes, fewer than 8", []),
    BadFile(.safetensors, "has 7 bytes, fewer than 8", [2, 0, 0, 0, 0, 0, 0]),
    BadFile(
      .safetensors, "has a header of 100000001 bytes, more than the 100000000 allowed",
      FileBytes.safetensors("{}", length: 100_000_001)),
    BadFile(
      .safetensors, "has a header of 18446744073709551615 bytes",
      FileBytes.safetensors("{}", length: -1)),
    BadFile(
      .safetensors, "is cut short: its header has 3 bytes, 2 follow",
      FileBytes.safetensors("{}", length: 3)),
    BadFile(.safetensors, "its header does not start with {", FileBytes.safetensors("")),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors("   ")),
    BadFile(.safetensors, "is an .npy file, expected a safetensors", FileBytes.npy(dictionary)),
    BadFile(.safetensors, "its header does not start with {", FileBytes.safetensors("[]")),
    BadFile(.safetensors, "unexpected character at byte 1", FileBytes.safetensors("{\0}\0")),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors("{")),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors("{}{}")),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors(#"{"a":}"#)),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors(#"{"a"#)),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors("{} \"")),
    BadFile(.safetensors, #""a""#, FileBytes.safetensors(#"{"a":1}"#)),
    BadFile(
      .safetensors, "unexpected character at byte 5", FileBytes.safetensors(#"{"a":#ull}"#)),
    BadFile(.safetensors, #""a""#, FileBytes.safetensors(#"{"a":null}"#)),
    BadFile(
      .safetensors, #""a": no field data_offsets"#,
      FileBytes.safetensors(#"{"a":{"dtype":"F32","shape":[]}}"#)),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1,"more":2}}"#, data: 4)),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":{"x":1,"x":2}}}"#, data: 4)),
    BadFile(
      .safetensors, #""a" "dtype""#,
      FileBytes.safetensors(#"{"a":{"dtype":7,"shape":[],"data_offsets":[0,4]}}"#, data: 4)),
    BadFile(
      .safetensors, #""a" "shape""#,
      FileBytes.safetensors(#"{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}"#, data: 4)),
    BadFile(
      .safetensors, "unreadable header",
      FileBytes.safetensors(header(entry("a", "[9223372036854775808]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, "has a negative length",
      FileBytes.safetensors(header(entry("a", "[-1]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, "has an unreadable header",
      FileBytes.safetensors(header(entry("a", "[1.5]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, #"tensor "b" overlaps the tensor before"#,
      FileBytes.safetensors(
        header(entry("a", "[2]", "[0,4]", dtype: "F8"), entry("b", "[1]", "[2,6]")), data: 6)),
    BadFile(
      .safetensors, "not [begin, end] with begin ≤ end",
      FileBytes.safetensors(header(entry("a", "[1]", "[0]")), data: 4)),
    BadFile(
      .safetensors, "not [begin, end] with begin ≤ end",
      FileBytes.safetensors(header(entry("a", "[1]", "[0,4,8]")), data: 4)),
    BadFile(
      .safetensors, "not [begin, end] with begin ≤ end",
      FileBytes.safetensors(header(entry("a", "[1]", "[4,0]")), data: 4)),
    BadFile(
      .safetensors, "leaves a hole before it: it starts at byte 4, expected 0",
      FileBytes.safetensors(header(entry("a", "[1]", "[4,8]")), data: 8)),
    BadFile(
      .safetensors, #"tensor "b" leaves a hole before it: it starts at byte 8, expected 4"#,
      FileBytes.safetensors(
        header(entry("a", "[1]", "[0,4]"), entry("b", "[1]", "[8,12]")), data: 12)),
    BadFile(
      .safetensors, #"tensor "b" overlaps the tensor before: it starts at byte 0, expected 4"#,
      FileBytes.safetensors(header(entry("a", "[1]", "[0,4]"), entry("b", "[2]", "[0,8]")), data: 8)
    ),
    BadFile(
      .safetensors, "has 4 bytes, its shape F32 [2] needs 8 bytes",
      FileBytes.safetensors(header(entry("a", "[2]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, "needs more bytes than can be counted",
      FileBytes.safetensors(
        header(entry("a", "[9223372036854775807,9223372036854775807]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, "is cut short: its header needs 8 bytes, 4 follow the header",
      FileBytes.safetensors(header(entry("a", "[2]", "[0,8]")), data: 4)),
    BadFile(
      .safetensors, "has 4 bytes too many: its header needs 4 bytes, 8 follow the header",
      FileBytes.safetensors(header(entry("a", "[1]", "[0,4]")), data: 8)),
    BadFile(
      .safetensors, "is cut short: its header needs 17179869184 bytes",
      FileBytes.safetensors(header(entry("a", "[65536,65536]", "[0,17179869184]")))),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(header(entry("a", "[1]", "[0,4]"), entry("a", "[1]", "[0,4]")), data: 4)
    ),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(
        header(entry("a", "[1]", "[0,4]"), entry(#"\u0061"#, "[1]", "[4,8]")), data: 8)),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(
        #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 4)),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(#"{"__metadata__":{"k":"1","k":"2"}}"#)),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(#"{"__metadata__":{},"__metadata__":{}}"#)),
    BadFile(.safetensors, #""__metadata__""#, FileBytes.safetensors(#"{"__metadata__":{"k":1}}"#)),
    BadFile(.safetensors, #""__metadata__""#, FileBytes.safetensors(#"{"__metadata__":[]}"#)),
    BadFile(
      .safetensors, "nested deeper than 3 levels",
      FileBytes.safetensors(#"{"a":"# + String(repeating: "[", count: 1_000_000))),
    BadFile(
      .safetensors, "nested deeper than 3 levels",
      FileBytes.safetensors(
        String(repeating: #"{"a":"#, count: 100_000) + "1" + String(repeating: "}", count: 100_000))
    ),
    BadFile(
      .safetensors, "has a header of too many values",
      FileBytes.safetensors("{\"a\":[" + String(repeating: "0,", count: 2_000_001) + "0]}")),
    BadFile(
      .safetensors, "more than 64 axes",
      FileBytes.safetensors(
        header(entry("a", "[1" + String(repeating: ",1", count: 64) + "]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, "has 100001 names in its header, more than the 100000 allowed",
      FileBytes.safetensors(
        "{"
          + (0...100_000).map { entry("\($0)", "[0]", "[0,0]") }.joined(separator: ",") + "}")),
    BadFile(
      .safetensors, "unreadable header", FileBytes.safetensors("{\"\u{1}\":1}")),
    BadFile(
      .safetensors, "unreadable header", [5, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22, 0x7d]),
  ]

  static let idx: [BadFile] = [
    BadFile(.idx, "ends after 0 bytes", []),
    BadFile(.idx, "ends after 3 bytes", [0, 0, 8]),
    BadFile(.idx, "does not start with two zero bytes", [1, 0, 8, 1, 0, 0, 0, 0]),
    BadFile(
      .idx, "holds IDX elements of type 0x0d, which is unsupported",
      FileBytes.idx(type: 13, [2], data: 8)),
    BadFile(
      .idx, "has 2 IDX axes, which is unsupported (supported: 1, 3, 4)",
      FileBytes.idx([2, 2], data: 4)),
    BadFile(.idx, "has 255 IDX axes", FileBytes.idx([2], data: 2, axes: 255)),
    BadFile(.idx, "ends after 8 bytes", FileBytes.idx([2], data: 0, axes: 3)),
    BadFile(.idx, "is cut short: U8 [2] needs 2 bytes, 1 follow", FileBytes.idx([2], data: 1)),
    BadFile(.idx, "has 1 bytes too many: U8 [2]", FileBytes.idx([2], data: 3)),
    BadFile(.idx, "needs 4294967295 bytes", FileBytes.idx([.max], data: 3)),
    BadFile(
      .idx, "needs more bytes than can be counted", FileBytes.idx([.max, .max, .max], data: 3)),
    BadFile(
      .idx, "U8 [4294967295] needs 4294967295 bytes, at most 31992 follow the header",
      FileBytes.gzip(FileBytes.idx([.max], data: 0))),
    BadFile(
      .idx, "needs more bytes than can be counted",
      FileBytes.gzip(FileBytes.idx([.max, .max, .max, .max], data: 9))),
    BadFile(
      .idx, "its gzip data holds less than its header declares",
      FileBytes.gzip(FileBytes.idx([3], data: 2))),
    BadFile(
      .idx, "holds more gzip data than its header declares",
      FileBytes.gzip(FileBytes.idx([3], data: 4))),
    BadFile(
      .idx, "has 2 bytes after the end of its gzip data",
      FileBytes.gzip(FileBytes.idx([3], data: 3)) + [7, 0]),
    BadFile(
      .idx, "has 1 bytes after the end of its gzip data",
      FileBytes.gzip(FileBytes.idx([3], data: 3)) + [0, 0, 0x1f]),
    BadFile(
      .idx, "holds more gzip data than its header declares",
      FileBytes.gzip(FileBytes.idx([3], data: 3)) + FileBytes.gzip([1])),
    BadFile(
      .idx, "cannot be decompressed: incorrect header check",
      FileBytes.gzip(FileBytes.idx([3], data: 3)) + [0x1f, 0]),
    BadFile(
      .idx, "cannot be decompressed: incorrect data check",
      changed(FileBytes.gzip(FileBytes.idx([3], data: 3)), fromEnd: 8)),
    BadFile(
      .idx, "cannot be decompressed: incorrect length check",
      changed(FileBytes.gzip(FileBytes.idx([3], data: 3)), fromEnd: 4)),
    BadFile(
      .idx, "cannot be decompressed: invalid", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 7, 7, 7]),
    BadFile(.idx, "its gzip data is cut short", [0x1f, 0x8b]),
  ]

  static func changed(_ bytes: [UInt8], fromEnd: Int) -> [UInt8] {
    var bytes = bytes
    bytes[bytes.count - fromEnd] ^= 1
    return bytes
  }
}
