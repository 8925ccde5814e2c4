import CZlib
import ContrastiveCore

/// A checksum over everything in the file, kept in the metadata as `checksum`.
///
/// The format has none of its own: a flipped bit in a tensor would load. The checksum is CRC-32
/// (as in gzip) over the metadata and the tensors in the order of their names, written
/// `crc32:89abcdef`. It finds accidents, not malice.
extension SafetensorsFile {
  private static let checksumKey = "checksum"

  /// The file with its checksum in the metadata.
  public func sealed() -> SafetensorsFile {
    var file = self
    file.metadata[Self.checksumKey] = checksum
    return file
  }

  /// Whether the metadata has a checksum.
  public var isSealed: Bool { metadata[Self.checksumKey] != nil }

  /// Makes sure that the contents are those that were sealed; a file without a checksum passes.
  ///
  /// - Throws: `ContrastiveError.file` when they are not.
  public func checkSeal() throws(ContrastiveError) {
    guard let kept = metadata[Self.checksumKey], kept != checksum else { return }
    throw .file(
      path: path ?? "tensors",
      problem: "is damaged: its contents have the checksum \(checksum), expected \(quoted(kept))")
  }

  /// Complexity: O(bytes), about 1 GB/s.
  private var checksum: String {
    var sum = CRC32()
    for (name, text) in metadata.sorted(by: { $0.key < $1.key }) where name != Self.checksumKey {
      sum.add("\(name)=\(text.utf8.count):\(text)\n")
    }
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      sum.add("\(name):\(tensor.summary)\n")
      tensor.elements.withUnsafeBytes { sum.add($0) }
    }
    let digits = String(sum.value, radix: 16)
    return "crc32:" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// CRC-32 as in gzip (RFC 1952), of bytes that come in parts.
package struct CRC32 {
  /// The sum of the bytes so far.
  package private(set) var value: UInt32 = 0

  package init() {}

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start, bytes.count))
  }

  package mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  package mutating func add(_ text: String) { add(Array(text.utf8)) }
}
