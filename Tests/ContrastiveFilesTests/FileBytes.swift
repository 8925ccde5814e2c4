import FoundationEssentials

import ContrastiveFiles

/// Files made by hand, right or wrong.
enum FileBytes {
  static func base64(_ text: String) -> [UInt8] { Data(base64Encoded: text).map(Array.init) ?? [] }

  static func npy(
    _ header: String, data: Int = 0, major: UInt8 = 1, minor: UInt8 = 0, length: Int? = nil
  ) -> [UInt8] {
    let length = length ?? header.utf8.count
    let width = major == 1 ? 2 : 4
    return NPYFile.magic + [major, minor] + littleEndian(length, width) + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  static func npy(descr: String = "'<f4'", shape: String, data: Int) -> [UInt8] {
    npy("{'descr': \(descr), 'fortran_order': False, 'shape': \(shape), }\n", data: data)
  }

  static func safetensors(_ header: String, data: Int = 0, length: Int? = nil) -> [UInt8] {
    littleEndian(length ?? header.utf8.count, 8) + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  static func idx(
    type: UInt8 = 8, _ lengths: [UInt32], data: Int, axes: UInt8? = nil
  ) -> [UInt8] {
    let start: [UInt8] = [0, 0, type, axes ?? UInt8(lengths.count)]
    return start + lengths.flatMap { length in withUnsafeBytes(of: length.bigEndian, Array.init) }
      + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
  }

  /// A gzip file that stores its contents (at most 65,535 bytes) uncompressed.
  static func gzip(_ contents: [UInt8]) -> [UInt8] {
    let count = contents.count
    let block = [1] + littleEndian(count, 2) + littleEndian(~count & 0xffff, 2) + contents
    return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255] + block
      + littleEndian(Int(crc32(contents)), 4) + littleEndian(count, 4)
  }

  private static func littleEndian(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
  }
}

/// The formats, each read as a user would.
enum Format: String, CaseIterable, Codable, Sendable {
  case npy, safetensors, idx

  func read(_ path: String) throws {
    switch self {
    case .npy: _ = try NPYFile.read(path: path)
    case .safetensors: _ = try SafetensorsFile(path: path)
    case .idx: _ = try IDXFile.read(path: path)
    }
  }
}
