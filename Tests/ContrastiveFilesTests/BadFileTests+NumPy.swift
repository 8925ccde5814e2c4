extension BadFileTests {
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
}
