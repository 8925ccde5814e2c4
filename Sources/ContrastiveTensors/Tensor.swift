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

  /// Elements of one type, little-endian in safetensors files.
  public enum Elements: Sendable, Equatable {
    /// The bits of IEEE 754 binary16.
    case float16([UInt16])
    /// The bits of bfloat16: the upper half of a binary32.
    case bfloat16([UInt16])
    /// IEEE 754 binary32.
    case float32([Float])
    /// IEEE 754 binary64.
    case float64([Double])
    /// Signed, 8 bits.
    case int8([Int8])
    /// Signed, 16 bits.
    case int16([Int16])
    /// Signed, 32 bits.
    case int32([Int32])
    /// Signed, 64 bits.
    case int64([Int64])
    /// Unsigned, 8 bits.
    case uint8([UInt8])
    /// Unsigned, 16 bits.
    case uint16([UInt16])
    /// Unsigned, 32 bits.
    case uint32([UInt32])
    /// Unsigned, 64 bits.
    case uint64([UInt64])
    /// A byte each: 0 is false, any other true.
    case bool([UInt8])
  }

  /// The type of a tensor's elements; the raw value is its name in messages and in safetensors.
  public enum ElementType: String, Sendable, CaseIterable {
    /// Half precision.
    case float16 = "F16"
    /// Half precision with the exponent of `Float`.
    case bfloat16 = "BF16"
    /// `[Float]`.
    case float32 = "F32"
    /// `[Double]`.
    case float64 = "F64"
    /// `[Int8]`.
    case int8 = "I8"
    /// `[Int16]`.
    case int16 = "I16"
    /// `[Int32]`.
    case int32 = "I32"
    /// `[Int64]`.
    case int64 = "I64"
    /// `[UInt8]`.
    case uint8 = "U8"
    /// `[UInt16]`.
    case uint16 = "U16"
    /// `[UInt32]`.
    case uint32 = "U32"
    /// `[UInt64]`.
    case uint64 = "U64"
    /// True or false.
    case bool = "BOOL"

    /// Bytes of one element.
    public var width: Int {
      switch self {
      case .float64, .int64, .uint64: 8
      case .float32, .int32, .uint32: 4
      case .float16, .bfloat16, .int16, .uint16: 2
      case .int8, .uint8, .bool: 1
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

  /// For readers, which have checked the count against the file.
  package init(unchecked shape: [Int], _ elements: Elements) {
    self.shape = shape
    self.elements = elements
  }
}

extension Tensor: CustomStringConvertible {
  /// The type of the elements.
  public var type: ElementType { elements.type }

  /// The type and the shape as `F32 [3 × 4]`, for messages.
  public var summary: String { "\(type.rawValue) \(shapeText)" }

  /// The shape as `[3 × 4]`, for messages.
  package var shapeText: String { Self.text(of: shape) }

  /// The type and the shape; the elements are not listed.
  public var description: String { "Tensor \(summary)" }
}

extension Tensor {
  /// Most axes of a tensor in a file, which is NumPy's limit.
  package static let largestRank = 64

  package func requireWritableRank() throws(ContrastiveError) {
    try Self.requireWritableRank(shape)
  }

  package static func requireWritableRank(_ shape: [Int]) throws(ContrastiveError) {
    guard shape.count <= largestRank else {
      throw .shape(
        argument: "tensor", found: "\(shape.count) axes", expected: "at most \(largestRank)")
    }
  }

  package static func text(of shape: [Int]) -> String {
    "[\(shape.map(String.init).joined(separator: " × "))]"
  }

  /// Bytes of a tensor, or nil when they are more than an `Int` counts.
  package static func byteCount(of shape: [Int], width: Int) -> Int? {
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

#if _endian(big)
  #error("Files are little-endian and are copied as they are; this machine is big-endian.")
#endif
