import CLibrary
import ContrastiveCore

/// Embeddings in files that are larger than the memory there is.
///
/// A matrix of Float32 is used where it lies in the file: the system reads its pages when they are
/// needed, ahead of those who walk over them, and `ResidentPages` gives them back. Other types of
/// elements, and whatever is made of such a matrix row by row, go into a file without a name in
/// `TMPDIR` (or /tmp), some rows at a time. Mappings last as long as the process.
package enum MappedRows {
  /// Rows that are converted or made at a time take this many bytes.
  private static let pieceBytes = 4 << 20

  /// The rows of an .npy file.
  ///
  /// - Throws: `ContrastiveError`: `.file` for what cannot be read in pieces, `.shape`,
  ///   `.tooLarge`.
  package static func npy(path: String, argument: String) throws(ContrastiveError) -> Matrix {
    let section = try FileSection(path: path)
    try section.requireRegular()
    guard try !FileReader(path: path).isGzipped() else {
      throw section.failure("is gzipped, so it cannot be read in pieces: unpack it first")
    }
    let header = try NPYFile.header(from: section)
    guard !header.order.isColumnMajor else {
      throw section.failure(
        "is in column-major (Fortran) order, which cannot be read in pieces: save it with "
          + "numpy.ascontiguousarray, or leave out --memory")
    }
    return try rows(
      section, type: header.type, shape: header.shape, isBigEndian: header.order.isBigEndian,
      argument: argument)
  }

  /// The rows of a tensor of a safetensors file; nil names the only one.
  ///
  /// - Throws: `ContrastiveError`: `.file`, `.shape`, `.tooLarge`.
  package static func safetensors(
    path: String, tensor name: String?, argument: String
  ) throws(ContrastiveError) -> Matrix {
    let (section, entries) = try MappedSafetensors.open(path)
    let chosen = entries.filter { name == nil || $0.name == name }
    guard chosen.count == 1, let type = Tensor.ElementType(rawValue: chosen[0].type) else {
      throw section.failure(
        name.map { "has no tensor \(quoted($0)) that can be read" }
          ?? "holds \(entries.count) tensors: name one, as in \(path):\(entries.first?.name ?? "")")
    }
    section.narrow(from: chosen[0].begin, count: chosen[0].end - chosen[0].begin)
    return try rows(
      section, type: type, shape: chosen[0].shape, isBigEndian: false, argument: argument)
  }

  private static func rows(
    _ section: FileSection, type: Tensor.ElementType, shape: [Int], isBigEndian: Bool,
    argument: String
  ) throws(ContrastiveError) -> Matrix {
    guard shape.count == 2, shape[1] > 0 || shape[0] == 0 else {
      throw .shape(
        argument: argument, found: Tensor.text(of: shape), expected: "[rows × columns]")
    }
    let (rows, columns) = (shape[0], shape[1])
    guard let bytes = Tensor.byteCount(of: shape, width: type.width),
      bytes == section.mostRemaining
    else {
      throw section.failure(
        "is cut short or too long: \(type.rawValue) \(Tensor.text(of: shape)) does not take "
          + "\(section.mostRemaining) bytes")
    }
    guard rows > 0 else { return Matrix(zeros: 0, by: columns) }
    if type == .float32, !isBigEndian, section.position.isMultiple(of: 4) {
      return try ResidentPages.matrix(
        section.descriptor, offset: section.position, rows: rows, columns: columns,
        path: section.path)
    }
    return try inScratch(rows: rows, columns: columns) { range throws(ContrastiveError) in
      let part = [range.count, columns]
      let elements = try section.elements(
        of: type, shape: part, order: ElementOrder(isBigEndian: isBigEndian))
      return try Tensor(unchecked: part, elements).float32s(argument: argument)
    }
  }

  /// Makes a matrix in a file without a name, some rows at a time.
  package static func inScratch(
    rows: Int, columns: Int,
    _ make: (Range<Int>) throws(ContrastiveError) -> [Float]
  ) throws(ContrastiveError) -> Matrix {
    let (descriptor, folder) = try unnamedFile()
    defer { close(descriptor) }
    let piece = max(1, pieceBytes / max(1, 4 * columns))
    for start in stride(from: 0, to: rows, by: piece) {
      let values = try make(start..<min(rows, start + piece))
      try values.withUnsafeBufferPointer { values throws(ContrastiveError) in
        try writeAll(
          UnsafeRawBufferPointer(values), descriptor: descriptor, path: folder, calls: .system)
      }
    }
    return try ResidentPages.matrix(
      descriptor, offset: 0, rows: rows, columns: columns, path: folder)
  }
}
