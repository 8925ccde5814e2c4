extension BadFileTests {
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
}
