import ContrastiveCore
import FoundationEssentials

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
/// `f2`, `f4`, `f8`, `i1` to `i8`, `u1` to `u8` and `b1`, in either byte order; elements in
/// column-major (Fortran) order are rearranged. Texts (`U`, `S`) are read where labels are meant.
/// What else the format allows (structures, Python objects, other types) is refused by name, as are
/// headers over 64 KiB, more than 64 axes, and files longer or shorter than their header says.
/// Sizes are held against the real file before memory is taken. A gzipped file is decompressed.
///
/// Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`.
public enum NPYFile {
  package static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  static let largestHeader = 1 << 16

  /// Reads an array.
  ///
  /// - Parameter path: the file; `-` is standard input.
  /// - Returns: the array, in its own element type.
  /// - Throws: `ContrastiveError.file`, which says what is wrong with the file.
  public static func read(path: String) throws(ContrastiveError) -> Tensor {
    try read(from: openSource(path).unpacked())
  }

  /// Reads an array.
  ///
  /// - Parameter url: the address of a file.
  /// - Returns: the array, in its own element type.
  /// - Throws: `ContrastiveError.file`, which says what is wrong with the file.
  public static func read(_ url: URL) throws(ContrastiveError) -> Tensor {
    try read(from: FileReader(path: url.requireFile()).unpacked())
  }

  /// Reads an array from a file's contents.
  ///
  /// - Parameters:
  ///   - data: the contents.
  ///   - name: the name to use in errors.
  /// - Returns: the array, in its own element type.
  /// - Throws: `ContrastiveError.file`, which says what is wrong with the contents.
  public static func read(
    _ data: Data, name: String = "data"
  ) throws(ContrastiveError) -> Tensor {
    try read(from: MemoryReader(data, name: name).unpacked())
  }

  static func read(from source: any ByteSource) throws(ContrastiveError) -> Tensor {
    try numbers(header(from: source), source)
  }

  /// Reads the elements that a header declares.
  static func numbers(
    _ header: NPYHeader, _ source: any ByteSource
  ) throws(ContrastiveError) -> Tensor {
    try source.admit(
      Tensor.byteCount(of: header.shape, width: header.type.width), declared: header.summary)
    let elements = try source.elements(of: header.type, shape: header.shape, order: header.order)
    try source.finish()
    return Tensor(unchecked: header.shape, elements)
  }

  /// Reads what comes before the elements, of numbers.
  static func header(from source: any ByteSource) throws(ContrastiveError) -> NPYHeader {
    try NPYHeader(declaration(from: source), path: source.path)
  }

  /// Reads what comes before the elements, whatever they are.
  static func declaration(
    from source: any ByteSource
  ) throws(ContrastiveError) -> NPYDeclaration {
    guard source.mostRemaining >= 10, try source.array(6) == magic else {
      throw source.failure("is not an .npy file: it does not start with 0x93 NUMPY and a version")
    }
    let version: [UInt8] = try source.array(2)
    guard 1...3 ~= version[0], version[1] == 0 else {
      throw source.failure(
        "is of .npy version \(version[0]).\(version[1]), which is unsupported "
          + "(supported: 1.0, 2.0, 3.0)")
    }
    let widthOfLength = version[0] == 1 ? 2 : 4
    guard source.mostRemaining >= widthOfLength else {
      throw source.failure("is cut short: it ends in the length of its header")
    }
    let length = try source.array(widthOfLength, of: UInt8.self).reversed()
      .reduce(0) { $0 << 8 | Int($1) }
    guard length <= largestHeader else {
      throw source.failure(
        "has a header of \(length) bytes, more than the \(largestHeader) allowed")
    }
    return try NPYDeclaration(parsing: source.header(length), path: source.path)
  }

  /// Saves an array as version 1.0, its elements starting at a multiple of 64 bytes.
  ///
  /// - Parameters:
  ///   - array: a tensor of at most 64 axes, or a matrix.
  ///   - path: the file's name; its folder must exist.
  /// - Throws: `ContrastiveError.file` when it cannot be saved (the old file is then untouched) or
  ///   is BF16, which .npy does not have; `ContrastiveError.shape` for more axes.
  public static func write(
    _ array: some TensorConvertible, to path: String
  ) throws(ContrastiveError) {
    let tensor = Tensor(array)
    let header = try header(of: tensor, path: path)
    try AtomicFile.write(to: path) { writer throws(ContrastiveError) in
      try writer.write(header)
      try tensor.elements.withUnsafeBytes { bytes throws(ContrastiveError) in
        try writer.write(bytes)
      }
    }
  }

  /// Saves an array, as `write(_:to:)` with a path does.
  ///
  /// - Throws: the same, and `ContrastiveError.file` for the address of something else.
  public static func write(
    _ array: some TensorConvertible, to url: URL
  ) throws(ContrastiveError) {
    try write(array, to: url.requireFile())
  }

  /// What `write` would save.
  ///
  /// - Throws: `ContrastiveError`: `.file` for BF16, which .npy does not have, `.shape` for more
  ///   than 64 axes.
  public static func data(of array: some TensorConvertible) throws(ContrastiveError) -> Data {
    let tensor = Tensor(array)
    var data = Data(try header(of: tensor, path: "data"))
    tensor.elements.withUnsafeBytes { data.append(contentsOf: $0) }
    return data
  }

  private static func header(
    of tensor: Tensor, path: String
  ) throws(ContrastiveError) -> [UInt8] {
    try tensor.requireWritableRank()
    guard let type = tensor.type.numpyName else {
      throw .file(
        path: path,
        problem: "cannot be saved: .npy has no elements of type \(tensor.type.rawValue)")
    }
    let lengths = tensor.shape.map(String.init).joined(separator: ", ")
    let tuple = tensor.shape.count == 1 ? "(\(lengths),)" : "(\(lengths))"
    let literal = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(tuple), }"
    let fixed = magic.count + 4
    let end = (fixed + literal.utf8.count + 1 + 63) / 64 * 64
    let padding = String(repeating: " ", count: end - fixed - literal.utf8.count - 1)
    let length = end - fixed
    return magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)]
      + Array("\(literal)\(padding)\n".utf8)
  }
}
