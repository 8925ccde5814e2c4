import ContrastiveCore

/// What the header of a file of numbers says.
struct NPYHeader {
  let type: Tensor.ElementType
  let order: ElementOrder
  let shape: [Int]

  /// The type and the shape, for messages.
  var summary: String { "\(type.rawValue) \(Tensor.text(of: shape))" }

  /// An array of a format that has no such header.
  init(type: Tensor.ElementType, shape: [Int]) {
    (self.type, self.shape, order) = (type, shape, ElementOrder())
  }

  /// A declaration of numbers.
  ///
  /// - Throws: `ContrastiveError.file` for one of texts.
  init(_ declaration: NPYDeclaration, path: String) throws(ContrastiveError) {
    switch declaration.elements {
    case .numbers(let type): self.type = type
    case .texts(let text): throw .unsupported("strings", type: text.name, path: path)
    }
    (order, shape) = (declaration.order, declaration.shape)
  }
}

/// What the header of an `.npy` file says.
struct NPYDeclaration {
  let elements: NPYElements
  let order: ElementOrder
  let shape: [Int]

  /// Parses the Python dictionary literal of a header and refuses what is unsupported.
  ///
  /// - Throws: `ContrastiveError.file`.
  init(parsing bytes: [UInt8], path: String) throws(ContrastiveError) {
    var parser = PythonLiteral(bytes: bytes, path: path)
    var type: (elements: NPYElements, isBigEndian: Bool)?
    var isColumnMajor: Bool?
    var shape: [Int]?
    try parser.expect("{")
    while !parser.skip("}") {
      let key = try parser.string()
      try parser.expect(":")
      switch key {
      case "descr" where type == nil: type = try parser.elementType()
      case "fortran_order" where isColumnMajor == nil: isColumnMajor = try parser.boolean()
      case "shape" where shape == nil: shape = try parser.tuple()
      default:
        throw parser.failure("an unknown or repeated key \(quoted(key))")
      }
      if !parser.skip(",") {
        try parser.expect("}")
        break
      }
    }
    try parser.end()
    guard let type else { throw parser.failure("no key 'descr'") }
    guard let isColumnMajor else { throw parser.failure("no key 'fortran_order'") }
    guard let shape else { throw parser.failure("no key 'shape'") }
    elements = type.elements
    order = ElementOrder(isBigEndian: type.isBigEndian, isColumnMajor: isColumnMajor)
    self.shape = shape
  }
}

/// What the elements of an `.npy` file are.
enum NPYElements {
  case numbers(Tensor.ElementType)
  case texts(NPYText)
}

/// Texts of one length, padded with zeros.
struct NPYText {
  /// The type's name, such as `<U5`.
  let name: String
  /// Characters of an element.
  let length: Int
  /// Whether a character is a scalar of four bytes rather than a byte.
  let isWide: Bool

  /// Bytes of an element.
  var width: Int { isWide ? 4 * length : length }
}

extension Tensor.ElementType {
  /// The type's name in the `descr` of an `.npy` header, which has none for BF16.
  var numpyName: String? {
    numpyCode.map { (width == 1 ? "|" : "<") + $0 }
  }

  /// The kind and the width.
  fileprivate var numpyCode: String? {
    switch self {
    case .float16: "f2"
    case .bfloat16: nil
    case .float32: "f4"
    case .float64: "f8"
    case .int8: "i1"
    case .int16: "i2"
    case .int32: "i4"
    case .int64: "i8"
    case .uint8: "u1"
    case .uint16: "u2"
    case .uint32: "u4"
    case .uint64: "u8"
    case .bool: "b1"
    }
  }
}

/// The few Python literals that `.npy` headers are made of.
private struct PythonLiteral {
  let bytes: [UInt8]
  let path: String
  var position = 0

  func failure(_ found: String) -> ContrastiveError {
    .file(path: path, problem: "has an .npy header with \(found)")
  }

  /// The next byte after spaces, if there is one.
  mutating func peek() -> UInt8? {
    while position < bytes.count, " \t\r\n".utf8.contains(bytes[position]) { position += 1 }
    return position < bytes.count ? bytes[position] : nil
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(ContrastiveError) {
    guard skip(character) else { throw unexpected("'\(character)'") }
  }

  mutating func unexpected(_ wanted: String) -> ContrastiveError {
    let found = peek().map { quoted(String(decoding: [$0], as: UTF8.self)) } ?? "its end"
    return failure("\(found) at byte \(position), expected \(wanted)")
  }

  mutating func end() throws(ContrastiveError) {
    if peek() != nil { throw unexpected("nothing after the dictionary") }
  }

  mutating func string() throws(ContrastiveError) -> String {
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw unexpected("a string")
    }
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: quote) else {
      throw failure("a string that does not end")
    }
    position = end + 1
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  mutating func boolean() throws(ContrastiveError) -> Bool {
    _ = peek()
    for (word, value) in [("True", true), ("False", false)]
    where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw unexpected("True or False")
  }

  /// A tuple of lengths: `()`, `(3,)`, `(3, 4)`.
  mutating func tuple() throws(ContrastiveError) -> [Int] {
    try expect("(")
    var lengths: [Int] = []
    while !skip(")") {
      lengths.append(try length())
      guard lengths.count <= Tensor.largestRank else {
        throw failure("more than \(Tensor.largestRank) axes")
      }
      let hasComma = skip(",")
      guard hasComma || (lengths.count > 1 && peek() == UInt8(ascii: ")")) else {
        throw unexpected("','")
      }
    }
    return lengths
  }

  private mutating func length() throws(ContrastiveError) -> Int {
    _ = peek()
    let digits = bytes[position...].prefix { 48...57 ~= $0 }
    guard !digits.isEmpty else { throw unexpected("a length") }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw failure("a length that no integer holds")
    }
    position = digits.endIndex
    return value
  }

  /// The value of `descr`: a byte order, a kind and a width.
  mutating func elementType() throws(ContrastiveError) -> (
    elements: NPYElements, isBigEndian: Bool
  ) {
    if peek() == UInt8(ascii: "[") {
      throw .file(path: path, problem: "holds structured elements, which are unsupported")
    }
    let name = try string()
    if let first = name.first, "<>=|".contains(first),
      let type = Tensor.ElementType.allCases.first(where: {
        $0.numpyCode == String(name.dropFirst())
      })
    {
      return (.numbers(type), first == ">" && type.width > 1)
    }
    let kind = name.dropFirst().first
    if let first = name.first, "<>=|".contains(first), let kind, "USa".contains(kind),
      let length = UInt16(name.dropFirst(2)), length > 0
    {
      let text = NPYText(name: name, length: Int(length), isWide: kind == "U")
      return (.texts(text), first == ">")
    }
    throw .unsupported(kind == "O" ? "Python objects" : "elements", type: name, path: path)
  }
}

extension ContrastiveError {
  /// The refusal of elements that no `Tensor` has.
  static func unsupported(_ what: String, type: String, path: String) -> ContrastiveError {
    let supported = Tensor.ElementType.allCases.compactMap(\.numpyCode).joined(separator: ", ")
    return .file(
      path: path,
      problem: "holds \(what) of type \(quoted(type)), which are unsupported "
        + "(supported: \(supported))")
  }
}
