import ContrastiveCore

/// One array in NumPy's `.npy` format.
///
/// ```
/// offset  bytes   contents
/// 0       6       0x93 "NUMPY"
/// 6       1       major version: 1, 2 or 3
/// 7       1       minor version: 0
/// 8       2 or 4  length H of the header, little-endian; 2 bytes in version 1, else 4
/// …       H       {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, spaces, a line feed
/// …       …       the elements in row-major order, to the end of the file
/// ```
///
/// The header is a Python dictionary literal with exactly these three keys. Element types are
/// `<f4`, `<f8`, `<i4`, `<i8` and `|u1`. Everything else the format allows (column-major order, big
/// endian, structures, Python objects, other types) is refused by name, as are headers over 64 KiB,
/// more than 64 axes, and files longer or shorter than their header says. Sizes are held against
/// the real file before memory is taken.
///
/// Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`.
public enum NPYFile {
  package static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  static let largestHeader = 1 << 16

  /// Reads an array.
  ///
  /// - Parameter path: the file.
  /// - Returns: the array, in its own element type.
  /// - Throws: `ContrastiveError.file`, which says what is wrong with the file.
  public static func read(path: String) throws(ContrastiveError) -> Tensor {
    var file = try FileReader(path: path)
    guard file.size >= 10, try file.array(6) == magic else {
      throw file.failure("is not an .npy file: it does not start with 0x93 NUMPY and a version")
    }
    let version: [UInt8] = try file.array(2)
    guard 1...3 ~= version[0], version[1] == 0 else {
      throw file.failure(
        "is of .npy version \(version[0]).\(version[1]), which is unsupported "
          + "(supported: 1.0, 2.0, 3.0)")
    }
    let widthOfLength = version[0] == 1 ? 2 : 4
    guard file.remaining >= widthOfLength else {
      throw file.failure("is cut short: it ends in the length of its header")
    }
    let length = try file.array(widthOfLength, of: UInt8.self).reversed()
      .reduce(0) { $0 << 8 | Int($1) }
    guard length <= largestHeader else {
      throw file.failure("has a header of \(length) bytes, more than the \(largestHeader) allowed")
    }
    guard length <= file.remaining else {
      throw file.failure(
        "is cut short: its header has \(length) bytes, \(file.remaining) follow its length")
    }
    let header = try NPYHeader(parsing: file.array(length), path: path)
    let text = "\(header.type.rawValue) \(Tensor.text(of: header.shape))"
    let bytes = Tensor.byteCount(of: header.shape, width: header.type.width)
    try file.admit(bytes, declared: text)
    let count = (bytes ?? 0) / header.type.width
    return Tensor(unchecked: header.shape, try file.elements(count, of: header.type))
  }

  /// Saves an array as version 1.0, its elements starting at a multiple of 64 bytes.
  ///
  /// - Parameters:
  ///   - tensor: the array, of at most 64 axes.
  ///   - path: the file's name; its folder must exist.
  /// - Throws: `ContrastiveError.file` when it cannot be saved (the old file is then untouched),
  ///   `ContrastiveError.shape` for more axes.
  public static func write(_ tensor: Tensor, to path: String) throws(ContrastiveError) {
    try tensor.requireWritableRank()
    let lengths = tensor.shape.map(String.init).joined(separator: ", ")
    let tuple = tensor.shape.count == 1 ? "(\(lengths),)" : "(\(lengths))"
    let literal =
      "{'descr': '\(tensor.type.numpyName)', 'fortran_order': False, 'shape': \(tuple), }"
    let fixed = magic.count + 4
    let end = (fixed + literal.utf8.count + 1 + 63) / 64 * 64
    let padding = String(repeating: " ", count: end - fixed - literal.utf8.count - 1)
    let length = end - fixed
    let start = magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)]
    try AtomicFile.write(to: path) { writer throws(ContrastiveError) in
      try writer.write(start)
      try writer.write("\(literal)\(padding)\n")
      try tensor.elements.withUnsafeBytes { bytes throws(ContrastiveError) in
        try writer.write(bytes)
      }
    }
  }
}
