import CLibrary
import ContrastiveCore

/// An array in an .npy or IDX file of which rows are read when they are asked for.
///
/// What is gzipped cannot be read from its middle: it is unpacked into a file without a name in
/// `TMPDIR`, which ends with the value.
package final class StoredArray: Sendable {
  package let path: String
  /// Length of every axis, outermost first.
  package let shape: [Int]
  /// Type of the elements.
  package let type: Tensor.ElementType
  private let order: ElementOrder
  private let descriptor: Int32
  private let offset: Int
  private let rowBytes: Int

  /// What a file holds, before its elements are read.
  package struct Header: Sendable {
    package let type: Tensor.ElementType
    package let shape: [Int]
    package let isColumnMajor: Bool

    /// Elements of all rows.
    package var count: Int? { Tensor.byteCount(of: shape, width: 1) }

    /// Reads a header, .npy by the name's end, else IDX; both gzipped or not.
    package init(path: String) throws(ContrastiveError) {
      let header = try StoredArray.header(path: path, from: openSource(path).unpacked())
      (type, shape) = (header.type, header.shape)
      isColumnMajor = header.order.isColumnMajor
    }
  }

  /// Opens an array of one row or more.
  ///
  /// - Throws: `ContrastiveError.file` for what is no such file, is cut short, or is in
  ///   column-major order.
  package init(path: String) throws(ContrastiveError) {
    let file = try FileReader(path: path)
    let source: FileSection
    if try file.isGzipped() {
      source = try FileSection(unpacking: GzipReader(file))
    } else {
      source = try FileSection(path: path)
    }
    let header = try Self.header(path: path, from: source)
    let rows = header.shape.first ?? 0
    guard let bytes = Tensor.byteCount(of: header.shape, width: header.type.width), rows > 0 else {
      throw source.failure("holds no rows: \(header.summary)")
    }
    guard bytes == source.remaining else {
      throw source.failure(
        "is cut short or too long: \(header.summary) needs \(bytes) bytes, "
          + "\(source.mostRemaining) follow the header")
    }
    guard !header.order.isColumnMajor else {
      throw source.failure(
        "is in column-major (Fortran) order, which cannot be read in pieces; save it with "
          + "numpy.ascontiguousarray, or give more --memory")
    }
    self.path = path
    (shape, type, order) = (header.shape, header.type, header.order)
    offset = source.position
    rowBytes = bytes / rows
    descriptor = source.takeDescriptor()
  }

  deinit { close(descriptor) }

  /// The type and the shape, for messages.
  package var summary: String { "\(type.rawValue) \(Tensor.text(of: shape))" }

  /// Some rows, from any thread.
  ///
  /// - Parameter rows: inside 0 ..< shape[0].
  /// - Returns: a tensor of as many rows.
  /// - Throws: `ContrastiveError.file` when the file has become shorter or cannot be read.
  package func rows(_ rows: Range<Int>) throws(ContrastiveError) -> Tensor {
    let part = [rows.count] + shape.dropFirst()
    let source = FileSection(
      path: path, descriptor: descriptor, position: offset + rows.lowerBound * rowBytes,
      end: offset + rows.upperBound * rowBytes)
    return Tensor(unchecked: part, try source.elements(of: type, shape: part, order: order))
  }

  private static func header(
    path: String, from source: any ByteSource
  ) throws(ContrastiveError) -> NPYHeader {
    try path.hasSuffix(".npy") || path.hasSuffix(".npy.gz")
      ? NPYFile.header(from: source) : IDXFile.header(from: source)
  }
}
