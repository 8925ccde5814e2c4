import CZlib
import ContrastiveFiles
import Testing

/// PNG files, taken apart again.
@Suite struct PNGImageTests {
  /// The chunks' names and data; every checksum must be right.
  private func chunks(_ bytes: [UInt8]) throws -> [(name: String, data: [UInt8])] {
    #expect(Array(bytes.prefix(8)) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    var rest = bytes.dropFirst(8)
    func number() -> Int {
      defer { rest = rest.dropFirst(4) }
      return rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
    var found: [(String, [UInt8])] = []
    while !rest.isEmpty {
      let length = number()
      let checked = Array(rest.prefix(length + 4))
      rest = rest.dropFirst(length + 4)
      #expect(number() == Int(crc32(0, checked, UInt32(checked.count))))
      found.append(
        (String(decoding: checked.prefix(4), as: UTF8.self), Array(checked.dropFirst(4))))
    }
    return found
  }

  @Test(arguments: [(1, 1, 1), (5, 3, 1), (4, 7, 3), (300, 2, 3)])
  func holdsThePicture(_ width: Int, _ height: Int, _ channels: Int) throws {
    let samples = (0..<(width * height * channels)).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let image = try PNGImage(samples: samples, width: width, height: height, channels: channels)
    let parts = try chunks(image.bytes)
    #expect(parts.map(\.name) == ["IHDR", "IDAT", "IEND"])
    let color: UInt8 = channels == 1 ? 0 : 2
    let header: [UInt8] = [
      0, 0, UInt8(width >> 8), UInt8(width & 255), 0, 0, 0, UInt8(height), 8, color, 0, 0, 0,
    ]
    #expect(parts[0].data == header)
    var size = UInt(height * (1 + width * channels))
    var rows = [UInt8](repeating: 9, count: Int(size))
    #expect(uncompress(&rows, &size, parts[1].data, UInt(parts[1].data.count)) == Z_OK)
    #expect(Int(size) == rows.count)
    var wanted: [UInt8] = []
    for row in 0..<height {
      wanted.append(0)
      wanted += samples[(row * width * channels)..<((row + 1) * width * channels)]
    }
    #expect(rows == wanted)
  }

  @Test func refusesWhatIsNoPicture() {
    for (count, width, height, channels) in [(3, 2, 2, 1), (0, 0, 1, 1), (8, 2, 2, 2)] {
      #expect(throws: (any Error).self) {
        try PNGImage(
          samples: [UInt8](repeating: 0, count: count), width: width, height: height,
          channels: channels)
      }
    }
  }
}
