import ContrastiveCore

/// The tensors of a safetensors file where they lie in it: those of Float32 are read as far as they
/// are needed.
package final class MappedSafetensors {
  package let path: String
  private let entries: [String: SafetensorsHeader.Entry]
  private let mapped: [String: Matrix]
  private let section: FileSection
  /// The first byte of the data.
  private let start: Int

  /// Maps a file.
  ///
  /// - Throws: `ContrastiveError.file`, also for a file that is gzipped.
  package init(path: String) throws(ContrastiveError) {
    let (section, ordered) = try Self.open(path)
    var mapped: [String: Matrix] = [:]
    for entry in ordered where entry.type == Tensor.ElementType.float32.rawValue {
      let offset = section.position + entry.begin
      guard entry.end > entry.begin, offset.isMultiple(of: 4) else { continue }
      mapped[entry.name] = try ResidentPages.matrix(
        section.descriptor, offset: offset, rows: 1, columns: (entry.end - entry.begin) / 4,
        path: path)
    }
    self.path = path
    self.mapped = mapped
    self.section = section
    entries = Dictionary(uniqueKeysWithValues: ordered.map { ($0.name, $0) })
    start = section.position
  }

  /// A file at the first byte of its data, and what its header says.
  static func open(
    _ path: String
  ) throws(ContrastiveError) -> (FileSection, [SafetensorsHeader.Entry]) {
    let section = try FileSection(path: path)
    try section.requireRegular()
    guard section.mostRemaining >= 8 else {
      throw section.failure("is not a safetensors file: it has fewer than 8 bytes")
    }
    let start: [UInt8] = try section.array(8)
    let length = start.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= SafetensorsHeader.largestHeader else {
      throw section.failure("has a header of \(length) bytes, which is too long")
    }
    let header = try SafetensorsHeader(parsing: section.header(Int(length)), path: path)
    let entries = try header.ordered(path: path)
    guard entries.last?.end ?? 0 == section.mostRemaining else {
      throw section.failure("is cut short or too long for what its header says")
    }
    return (section, entries)
  }

  /// The names of the tensors, and those of types that no `Tensor` has.
  package var names: (readable: Set<String>, others: Set<String>) {
    let readable = entries.values.filter { Tensor.ElementType(rawValue: $0.type) != nil }
    let names = Set(readable.map(\.name))
    return (names, Set(entries.keys).subtracting(names))
  }

  /// The elements of a tensor that is used where it lies, as one row; nil for others.
  package func row(_ name: String) -> (shape: [Int], row: Matrix)? {
    guard let entry = entries[name], let row = mapped[name] else { return nil }
    return (entry.shape, row)
  }

  /// A tensor that is read; nil for one that is not there or of a type that no `Tensor` has.
  ///
  /// - Throws: `ContrastiveError.file`.
  package func tensor(_ name: String) throws(ContrastiveError) -> Tensor? {
    guard let entry = entries[name], let type = Tensor.ElementType(rawValue: entry.type) else {
      return nil
    }
    let part = FileSection(
      path: path, descriptor: section.descriptor, position: start + entry.begin,
      end: start + entry.end)
    return Tensor(unchecked: entry.shape, try part.elements(of: type, shape: entry.shape))
  }
}
