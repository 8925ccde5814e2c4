import ContrastiveCore

/// What a file holds: a shape and its elements in row-major order.
///
/// The carrier between files and the library's own values; it computes nothing. `matrix(argument:)`
/// and its neighbors turn it into what an argument needs.
public struct Tensor: Sendable, Equatable {
  /// Length of every axis, outermost first; empty for a single number.
  public let shape: [Int]
  /// The elements in row-major order, as many as the product of `shape`.
  public let elements: Elements

  /// Elements of one type, little-endian in files.
  public enum Elements: Sendable, Equatable {
    /// IEEE 754 binary32.
    case float32([Float])
    /// IEEE 754 binary64.
    case float64([Double])
    /// Signed, 32 bits.
    case int32([Int32])
    /// Signed, 64 bits.
    case int64([Int64])
    /// Unsigned, 8 bits.
    case uint8([UInt8])
  }

  /// The type of a tensor's elements; the raw value is its name in messages and in safetensors.
  public enum ElementType: String, Sendable, CaseIterable {
    /// `[Float]`.
    case float32 = "F32"
    /// `[Double]`.
    case float64 = "F64"
    /// `[Int32]`.
    case int32 = "I32"
    /// `[Int64]`.
    case int64 = "I64"
    /// `[UInt8]`.
    case uint8 = "U8"

    /// Bytes of one element.
    public var width: Int {
      switch self {
      case .float64, .int64: 8
      case .float32, .int32: 4
      case .uint8: 1
      }
    }
  }

  /// Takes `elements` in row-major order.
  ///
  /// - Parameters:
  ///   - shape: length of every axis, each 0 or more.
  ///   - elements: exactly as many as the product of `shape`; one when `shape` is empty.
  /// - Throws: `ContrastiveError.shape` when the counts do not agree.
  public init(shape: [Int], elements: Elements) throws(ContrastiveError) {
    guard shape.allSatisfy({ $0 >= 0 }), Self.byteCount(of: shape, width: 1) == elements.count
    else {
      throw .shape(
        argument: "elements", found: "[\(elements.count)]", expected: Self.text(of: shape))
    }
    self.init(unchecked: shape, elements)
  }

  /// A tensor of one axis.
  public init(_ elements: Elements) {
    self.init(unchecked: [elements.count], elements)
  }

  /// The F32 tensor `[rows × columns]` of a matrix.
  public init(_ matrix: Matrix) {
    self.init(unchecked: [matrix.rows, matrix.columns], .float32(Array(matrix.values)))
  }

  /// For readers, which have checked the count against the file.
  package init(unchecked shape: [Int], _ elements: Elements) {
    self.shape = shape
    self.elements = elements
  }
}

extension Tensor {
  /// The type of the elements.
  public var type: ElementType {
    switch elements {
    case .float32: .float32
    case .float64: .float64
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    }
  }

  /// The type and the shape as `F32 [3 × 4]`, for messages.
  public var summary: String { "\(type.rawValue) \(Self.text(of: shape))" }

  /// Most axes of a tensor in a file, which is NumPy's limit.
  static let largestRank = 64

  func requireWritableRank() throws(ContrastiveError) {
    guard shape.count <= Self.largestRank else {
      throw .shape(
        argument: "tensor", found: "\(shape.count) axes", expected: "at most \(Self.largestRank)")
    }
  }

  static func text(of shape: [Int]) -> String {
    "[\(shape.map(String.init).joined(separator: " × "))]"
  }

  /// Bytes of a tensor, or nil when they are more than an `Int` counts.
  static func byteCount(of shape: [Int], width: Int) -> Int? {
    if shape.contains(0) { return 0 }
    var total = width
    for length in shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      total = product
    }
    return total
  }
}

extension Tensor.Elements {
  /// Number of elements.
  public var count: Int {
    switch self {
    case .float32(let values): values.count
    case .float64(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    case .uint8(let values): values.count
    }
  }

  /// Calls `body` with the bytes of the elements as files hold them.
  package func withUnsafeBytes<E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    switch self {
    case .float32(let values): try values.withUnsafeBytesTyped(body)
    case .float64(let values): try values.withUnsafeBytesTyped(body)
    case .int32(let values): try values.withUnsafeBytesTyped(body)
    case .int64(let values): try values.withUnsafeBytesTyped(body)
    case .uint8(let values): try values.withUnsafeBytesTyped(body)
    }
  }
}

extension Array where Element: BitwiseCopyable {
  /// `withUnsafeBytes`, which still rethrows `any Error`, with the error's type kept.
  fileprivate func withUnsafeBytesTyped<E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    try withUnsafeBufferPointer { buffer throws(E) in try body(UnsafeRawBufferPointer(buffer)) }
  }
}

#if _endian(big)
  #error("Files are little-endian and are copied as they are; this machine is big-endian.")
#endif
