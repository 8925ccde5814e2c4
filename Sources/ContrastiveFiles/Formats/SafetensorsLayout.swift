import ContrastiveCore

/// A tensor to be saved, which writes its own elements: they need not be in one array.
package struct SavedTensor {
  let name: String
  let type: Tensor.ElementType
  let shape: [Int]
  let write: (borrowing AtomicFile.Writer) throws(ContrastiveError) -> Void

  /// A tensor of a type and a shape, of which `write` writes exactly the elements, in row-major
  /// order and little-endian.
  package init(
    _ name: String, _ type: Tensor.ElementType, shape: [Int],
    write: @escaping (borrowing AtomicFile.Writer) throws(ContrastiveError) -> Void
  ) {
    (self.name, self.type, self.shape, self.write) = (name, type, shape, write)
  }

  /// A tensor in memory.
  package init(_ name: String, _ tensor: Tensor) {
    self.init(name, tensor.type, shape: tensor.shape) { writer throws(ContrastiveError) in
      try tensor.elements.withUnsafeBytes { bytes throws(ContrastiveError) in
        try writer.write(bytes)
      }
    }
  }
}

/// A safetensors file as it is saved: tensors go from the widest type to the narrowest and by name
/// within a type, after a header padded to a multiple of 8 bytes.
package struct SafetensorsLayout {
  /// The header, with its length before it.
  let header: [UInt8]
  /// The tensors in their order.
  let ordered: [SavedTensor]

  /// Throws `ContrastiveError`, `.file` or `.shape`, for what could not be read again.
  package init(
    of tensors: [SavedTensor], metadata: [String: String] = [:], path: String
  ) throws(ContrastiveError) {
    for tensor in tensors { try Tensor.requireWritableRank(tensor.shape) }
    ordered = tensors.sorted { ($1.type.width, $0.name) < ($0.type.width, $1.name) }
    let text = try SafetensorsHeader.encoded(ordered, metadata: metadata, path: path)
    let length = UInt64(text.count)
    header = (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + text
  }

  /// Saves the file.
  ///
  /// - Throws: `ContrastiveError.file` when it cannot be saved, and what a tensor throws.
  package func write(to path: String, calls: FileCalls = .system) throws(ContrastiveError) {
    try AtomicFile.write(to: path, calls: calls) { writer throws(ContrastiveError) in
      try writer.write(header)
      for tensor in ordered { try tensor.write(writer) }
    }
  }
}
