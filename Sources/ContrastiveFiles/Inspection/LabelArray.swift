import ContrastiveCore

/// Labels in a file: numbers of any type, or texts.
package enum LabelArray: Sendable {
  /// An array of numbers.
  case numbers(Tensor)
  /// The texts of a one-dimensional .npy array of type `U` or `S`.
  case texts([String])

  /// Reads a file of any format that `FileContents` knows, gzipped or not.
  ///
  /// - Parameter path: the file; `-` is standard input.
  /// - Throws: `ContrastiveError.file`.
  package init(path: String) throws(ContrastiveError) {
    let source = try openSource(path)
    let start = try source.unpacked().someBytes(NPYFile.magic.count)
    try source.rewind()
    guard start == NPYFile.magic else {
      self = .numbers(try FileContents(source).onlyTensor())
      return
    }
    let contents = try source.unpacked()
    let declaration = try NPYFile.declaration(from: contents)
    if case .texts(let text) = declaration.elements {
      self = .texts(try text.read(declaration, contents))
    } else {
      let header = try NPYHeader(declaration, path: contents.path)
      self = .numbers(try NPYFile.numbers(header, contents))
    }
  }
}

extension NPYText {
  /// The texts that follow a header.
  fileprivate func read(
    _ header: NPYDeclaration, _ source: any ByteSource
  ) throws(ContrastiveError) -> [String] {
    guard header.shape.count == 1 else {
      throw source.failure("holds \(name) \(Tensor.text(of: header.shape)), expected one axis")
    }
    let count = header.shape[0]
    try source.admit(
      Tensor.byteCount(of: header.shape, width: width),
      declared: "\(name) \(Tensor.text(of: header.shape))")
    var texts: [String] = []
    texts.reserveCapacity(count)
    for _ in 0..<count {
      let text =
        if isWide {
          try scalars(source.array(length), isBigEndian: header.order.isBigEndian, source)
        } else {
          String(decoding: try withoutPadding(source.array(length, of: UInt8.self)), as: UTF8.self)
        }
      texts.append(text)
    }
    try source.finish()
    return texts
  }

  private func scalars(
    _ values: [UInt32], isBigEndian: Bool, _ source: any ByteSource
  ) throws(ContrastiveError) -> String {
    var text = String.UnicodeScalarView()
    for value in withoutPadding(isBigEndian ? values.map(\.byteSwapped) : values) {
      guard let scalar = Unicode.Scalar(value) else {
        throw source.failure("holds a character of number \(value), which no text has")
      }
      text.append(scalar)
    }
    return String(text)
  }

  private func withoutPadding<Character: FixedWidthInteger>(
    _ characters: [Character]
  ) -> ArraySlice<Character> {
    characters[..<((characters.lastIndex { $0 != 0 } ?? -1) + 1)]
  }
}
