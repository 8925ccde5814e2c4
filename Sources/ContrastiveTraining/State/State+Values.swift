import Contrastive
import ContrastiveFiles

/// An element of arrays that a checkpoint stores.
public protocol StateElement: Sendable {
  /// An array as a tensor stores it.
  static func elements(_ values: [Self]) -> Tensor.Elements
  /// The array that a tensor stores, or nil for another type.
  static func values(_ elements: Tensor.Elements) -> [Self]?
}

extension Float: StateElement {
  /// F32.
  public static func elements(_ values: [Float]) -> Tensor.Elements { .float32(values) }
  /// From F32.
  public static func values(_ elements: Tensor.Elements) -> [Float]? {
    if case .float32(let values) = elements { values } else { nil }
  }
}

extension Double: StateElement {
  /// F64.
  public static func elements(_ values: [Double]) -> Tensor.Elements { .float64(values) }
  /// From F64.
  public static func values(_ elements: Tensor.Elements) -> [Double]? {
    if case .float64(let values) = elements { values } else { nil }
  }
}

extension Int: StateElement {
  /// I64.
  public static func elements(_ values: [Int]) -> Tensor.Elements { .int64(values.map(Int64.init)) }
  /// From I64.
  public static func values(_ elements: Tensor.Elements) -> [Int]? {
    if case .int64(let values) = elements { values.map(Int.init) } else { nil }
  }
}

extension UInt16: StateElement {
  /// U8, two bytes a number, the lower first.
  public static func elements(_ values: [UInt16]) -> Tensor.Elements {
    .uint8(values.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
  }
  /// From U8, two bytes a number, the lower first.
  public static func values(_ elements: Tensor.Elements) -> [UInt16]? {
    guard case .uint8(let bytes) = elements, bytes.count % 2 == 0 else { return nil }
    return (0..<(bytes.count / 2)).map {
      UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8
    }
  }
}

extension UInt8: StateElement {
  /// U8.
  public static func elements(_ values: [UInt8]) -> Tensor.Elements { .uint8(values) }
  /// From U8.
  public static func values(_ elements: Tensor.Elements) -> [UInt8]? {
    if case .uint8(let values) = elements { values } else { nil }
  }
}

extension Bool: StateElement {
  /// U8, 0 or 1.
  public static func elements(_ values: [Bool]) -> Tensor.Elements {
    .uint8(values.map { $0 ? 1 : 0 })
  }
  /// From U8, 0 or 1.
  public static func values(_ elements: Tensor.Elements) -> [Bool]? {
    guard case .uint8(let bytes) = elements, bytes.allSatisfy({ $0 <= 1 }) else { return nil }
    return bytes.map { $0 == 1 }
  }
}

extension StateElement {
  /// Exchanges a single number as a tensor without axes.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    self = try state.array([self], shape: [])[0]
  }
}

extension Float: Stateful {}
extension Double: Stateful {}
extension Int: Stateful {}
extension Bool: Stateful {}

extension Array: Stateful where Element: StateElement {
  /// Exchanges the array as a tensor of one axis, of any length.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    self = try state.array(self, shape: nil)
  }
}

extension Matrix: Stateful {
  /// Exchanges the matrix as a tensor of two axes, of any lengths.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    var tensor = Tensor(self)
    try state.tensor(&tensor)
    guard state.isLoading else { return }
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    guard case .float32(let values) = tensor.elements else { throw state.failure("is not F32") }
    self = try Matrix(rows: rows, columns: columns, values: values)
  }
}

extension Tensor: Stateful {
  /// Exchanges the tensor with one of the same type and rank.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state.tensor(&self)
  }
}

extension StateExchange {
  /// The array that takes the place of `values`, which are the current part.
  ///
  /// - Parameters:
  ///   - values: what is to be saved.
  ///   - shape: of the tensor; one axis of any length when nil.
  /// - Returns: what was loaded, or `values`.
  /// - Throws: `ContrastiveError.file` when loading finds another type or shape.
  public mutating func array<Element: StateElement>(
    _ values: [Element], shape: [Int]?
  ) throws(ContrastiveError) -> [Element] {
    let elements = Element.elements(values)
    var part = try Tensor(shape: shape ?? [elements.count], elements: elements)
    try tensor(&part, shape: shape)
    guard isLoading else { return values }
    guard let loaded = Element.values(part.elements) else {
      throw failure("holds numbers that \(Element.self) does not have")
    }
    return loaded
  }

  /// Exchanges an array that must have a given length.
  ///
  /// - Parameters:
  ///   - name: unique among the parts of the value.
  ///   - values: taken or replaced.
  ///   - count: the length that a loaded array must have.
  /// - Throws: `ContrastiveError.file` when loading finds another type or length.
  public mutating func callAsFunction<Element: StateElement>(
    _ name: String, _ values: inout [Element], count: Int
  ) throws(ContrastiveError) {
    try self(name, &values)
    if values.count != count {
      throw failure("has \(values.count) elements in \(name), expected \(count)")
    }
  }

  /// Exchanges a matrix that must have given rows or columns.
  ///
  /// - Parameters:
  ///   - name: unique among the parts of the value.
  ///   - matrix: taken or replaced.
  ///   - rows: what a loaded matrix must have; any number when nil.
  ///   - columns: what a loaded matrix must have; any number when nil.
  /// - Throws: `ContrastiveError.file` when loading finds another type or shape.
  public mutating func callAsFunction(
    _ name: String, _ matrix: inout Matrix, rows: Int? = nil, columns: Int? = nil
  ) throws(ContrastiveError) {
    var part = matrix
    try exchangePart(name, &part)
    guard part.rows == rows ?? part.rows, part.columns == columns ?? part.columns else {
      let wanted = "[\(rows.map(String.init) ?? "any") × \(columns.map(String.init) ?? "any")]"
      throw failure("has \(part.shape) in \(name), expected \(wanted)")
    }
    matrix = part
  }

  private mutating func exchangePart<Part: Stateful>(
    _ name: String, _ part: inout Part
  ) throws(ContrastiveError) {
    try self(name, &part)
  }
}
