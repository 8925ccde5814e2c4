/// A path below a folder as the system has it: bytes, which may be no text.
package struct FileName: Hashable, Sendable, Comparable {
  /// The bytes, without the zero at their end.
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The path as text; what is no UTF-8 is replaced.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The order of the bytes.
  package static func < (a: FileName, b: FileName) -> Bool {
    a.bytes.lexicographicallyPrecedes(b.bytes)
  }

  /// The path of something in this folder.
  func appending(_ name: [UInt8]) -> FileName {
    FileName(bytes.isEmpty ? name : bytes + [Self.slash] + name)
  }

  /// The path below another folder, as the system's calls take it.
  func path(below root: String) -> [CChar] {
    (Array(root.utf8) + [Self.slash] + bytes + [0]).map { CChar(bitPattern: $0) }
  }

  /// The first folder of the path; nil for a file at the root.
  var firstFolder: [UInt8]? { bytes.firstIndex(of: Self.slash).map { Array(bytes[..<$0]) } }

  /// The path without its first folder.
  var withoutFirstFolder: FileName {
    FileName(bytes.firstIndex(of: Self.slash).map { Array(bytes[($0 + 1)...]) } ?? bytes)
  }

  var hasLineBreak: Bool {
    bytes.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
  }

  private static let slash = UInt8(ascii: "/")
}
