import CZlib
import ContrastiveCore

/// A picture as a PNG file (ISO/IEC 15948): 8 bits a sample, gray or RGB, not interlaced.
///
/// ```
/// 89 50 4E 47 0D 0A 1A 0A
/// IHDR   width, height, 8, color type 0 or 2, 0, 0, 0
/// IDAT   zlib stream of the rows, each after filter byte 0
/// IEND
/// ```
public struct PNGImage: Sendable {
  /// The file's bytes.
  public let bytes: [UInt8]

  /// Encodes a picture.
  ///
  /// - Parameters:
  ///   - samples: rows from top to bottom, pixels from left to right, channels one after the other.
  ///   - width: 1 … 65,535.
  ///   - height: 1 … 65,535.
  ///   - channels: 1 (gray) or 3 (red, green, blue).
  /// - Throws: `ContrastiveError.shape` when the numbers do not fit.
  public init(
    samples: [UInt8], width: Int, height: Int, channels: Int
  ) throws(ContrastiveError) {
    guard 1...65_535 ~= width, 1...65_535 ~= height, channels == 1 || channels == 3,
      samples.count == width * height * channels
    else {
      throw .shape(
        argument: "samples", found: "[\(samples.count)]",
        expected: "[\(height) × \(width) × \(channels)], of 1 or 3 channels")
    }
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (1 + width * channels))
    for row in 0..<height {
      rows.append(0)
      rows += samples[(row * width * channels)..<((row + 1) * width * channels)]
    }
    var size = compressBound(UInt(rows.count))
    var packed = [UInt8](repeating: 0, count: Int(size))
    let code = compress2(&packed, &size, rows, UInt(rows.count), Z_BEST_COMPRESSION)
    guard code == Z_OK else {
      throw .shape(argument: "samples", found: "zlib code \(code)", expected: "a picture")
    }
    var bytes: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    bytes += Self.chunk(
      "IHDR",
      Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(height))
        + [8, channels == 1 ? 0 : 2, 0, 0, 0])
    bytes += Self.chunk("IDAT", Array(packed[..<Int(size)]))
    bytes += Self.chunk("IEND", [])
    self.bytes = bytes
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let checked = Array(name.utf8) + data
    let sum = UInt32(truncatingIfNeeded: crc32(0, checked, UInt32(checked.count)))
    return bigEndian(UInt32(data.count)) + checked + bigEndian(sum)
  }
}
