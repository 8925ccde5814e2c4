import ContrastiveCore
import FoundationEssentials

/// One array of bytes in the IDX format of the MNIST family, gzipped or not.
///
/// ```
/// offset  bytes  contents
/// 0       2      0
/// 2       1      type of the elements: 0x08, unsigned bytes
/// 3       1      number of axes R: 1 (labels), 3 (images) or 4 (images with channels)
/// 4       4·R    length of every axis, big-endian
/// …       …      the elements in row-major order, to the end of the file
/// ```
///
/// A file that starts with 0x1f 0x8b is decompressed first (gzip, RFC 1952), whatever its name.
/// Other types and ranks are refused by name, and so are files longer or shorter than their header
/// says. A plain file's header is held against its size before memory is taken; a gzipped file's
/// against the 1,032 bytes that a compressed byte can stand for at most.
///
/// Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
public enum IDXFile {
  /// Reads an array.
  ///
  /// - Parameter path: the file; `-` is standard input.
  /// - Returns: a U8 tensor of 1, 3 or 4 axes.
  /// - Throws: `ContrastiveError.file`, which says what is wrong with the file.
  public static func read(path: String) throws(ContrastiveError) -> Tensor {
    try read(from: openSource(path).unpacked())
  }

  /// Reads an array from a file's contents.
  ///
  /// - Parameters:
  ///   - data: the contents.
  ///   - name: the name to use in errors.
  /// - Returns: a U8 tensor of 1, 3 or 4 axes.
  /// - Throws: `ContrastiveError.file`, which says what is wrong with the contents.
  public static func read(
    _ data: Data, name: String = "data"
  ) throws(ContrastiveError) -> Tensor {
    try read(from: MemoryReader(data, name: name).unpacked())
  }

  static func read(from source: any ByteSource) throws(ContrastiveError) -> Tensor {
    let header = try header(from: source)
    let bytes = Tensor.byteCount(of: header.shape, width: 1)
    try source.admit(bytes, declared: header.summary)
    let elements: [UInt8] = try source.array(bytes ?? 0)
    try source.finish()
    return Tensor(unchecked: header.shape, .uint8(elements))
  }

  /// Reads what comes before the elements.
  static func header(from source: any ByteSource) throws(ContrastiveError) -> NPYHeader {
    let start: [UInt8] = try source.array(4)
    guard start[0] == 0, start[1] == 0 else {
      throw source.failure("is not an IDX file: it does not start with two zero bytes")
    }
    guard start[2] == 0x08 else {
      let code = "0x" + (start[2] < 16 ? "0" : "") + String(start[2], radix: 16)
      throw source.failure(
        "holds IDX elements of type \(code), which is unsupported (supported: 0x08)")
    }
    guard [1, 3, 4].contains(start[3]) else {
      throw source.failure("has \(start[3]) IDX axes, which is unsupported (supported: 1, 3, 4)")
    }
    let lengths: [UInt32] = try source.array(Int(start[3]))
    return NPYHeader(type: .uint8, shape: lengths.map { Int(UInt32(bigEndian: $0)) })
  }
}
