extension Tensor.Elements {
  /// Number of elements.
  public var count: Int { array.count }

  /// The type of the elements.
  public var type: Tensor.ElementType {
    switch self {
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float32: .float32
    case .float64: .float64
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .bool: .bool
    }
  }

  /// Calls `body` with the bytes of the elements as files hold them.
  package func withUnsafeBytes<E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    try array.withBytes(body)
  }

  private var array: any ArrayOfBits {
    switch self {
    case .float16(let values), .bfloat16(let values), .uint16(let values): values
    case .float32(let values): values
    case .float64(let values): values
    case .int8(let values): values
    case .int16(let values): values
    case .int32(let values): values
    case .int64(let values): values
    case .uint8(let values), .bool(let values): values
    case .uint32(let values): values
    case .uint64(let values): values
    }
  }
}

/// What arrays of all element types have in common.
private protocol ArrayOfBits {
  var count: Int { get }

  /// `withUnsafeBytes`, which still rethrows `any Error`, with the error's type kept.
  func withBytes<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E)
}

extension Array: ArrayOfBits where Element: Numeric {
  fileprivate func withBytes<E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    try withUnsafeBufferPointer { buffer throws(E) in try body(UnsafeRawBufferPointer(buffer)) }
  }
}
