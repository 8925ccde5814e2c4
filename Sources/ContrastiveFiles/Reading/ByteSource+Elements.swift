import ContrastiveCore

/// How elements lie in a file.
struct ElementOrder {
  /// Whether an element's first byte is its highest.
  var isBigEndian = false
  /// Whether the first axis varies fastest.
  var isColumnMajor = false
}

extension ByteSource {
  /// The elements of a type known only from a header, in row-major order; to be called after
  /// `admit`.
  func elements(
    of type: Tensor.ElementType, shape: [Int], order: ElementOrder = ElementOrder()
  ) throws(ContrastiveError) -> Tensor.Elements {
    switch type {
    case .float16: .float16(try ordered(shape, order))
    case .bfloat16: .bfloat16(try ordered(shape, order))
    case .float32: .float32(try ordered(shape, order))
    case .float64: .float64(try ordered(shape, order))
    case .int8: .int8(try ordered(shape, order))
    case .int16: .int16(try ordered(shape, order))
    case .int32: .int32(try ordered(shape, order))
    case .int64: .int64(try ordered(shape, order))
    case .uint8: .uint8(try ordered(shape, order))
    case .uint16: .uint16(try ordered(shape, order))
    case .uint32: .uint32(try ordered(shape, order))
    case .uint64: .uint64(try ordered(shape, order))
    case .bool: .bool(try ordered(shape, order))
    }
  }

  private func ordered<Element: BitwiseCopyable>(
    _ shape: [Int], _ order: ElementOrder
  ) throws(ContrastiveError) -> [Element] {
    var values: [Element] = try array(Tensor.byteCount(of: shape, width: 1) ?? 0)
    if order.isBigEndian { swapBytes(&values) }
    return order.isColumnMajor ? rowMajor(values, shape: shape) : values
  }
}

/// Reverses the bytes of each element.
private func swapBytes<Element: BitwiseCopyable>(_ values: inout [Element]) {
  values.withUnsafeMutableBytes { bytes in
    switch MemoryLayout<Element>.size {
    case 2: bytes.withMemoryRebound(to: UInt16.self) { for i in $0.indices { $0[i].swap() } }
    case 4: bytes.withMemoryRebound(to: UInt32.self) { for i in $0.indices { $0[i].swap() } }
    case 8: bytes.withMemoryRebound(to: UInt64.self) { for i in $0.indices { $0[i].swap() } }
    default: break
    }
  }
}

extension FixedWidthInteger {
  fileprivate mutating func swap() { self = byteSwapped }
}

/// Elements in column-major order as their row-major order.
///
/// In memory a column-major array of axes a, b, c is a row-major one of axes c, b, a. Transposing
/// it as [c·b × a] brings a to the front; what is left is the same problem, once for each index of
/// a.
private func rowMajor<Element: BitwiseCopyable>(
  _ values: [Element], shape: [Int]
) -> [Element] {
  guard !values.isEmpty else { return values }
  var (result, parts, size) = (values, 1, values.count)
  for length in shape.dropLast() {
    let rest = size / length
    if length > 1, rest > 1 {
      result = [Element](unsafeUninitializedCapacity: values.count) { target, initialized in
        result.withUnsafeBufferPointer { source in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          for part in 0..<parts {
            transpose(from + part * size, rows: rest, columns: length, to: to + part * size)
          }
        }
        initialized = values.count
      }
    }
    (parts, size) = (parts * length, rest)
  }
  return result
}

/// Writes the transpose of [rows × columns], block by block so that both sides stay in the cache.
private func transpose<Element: BitwiseCopyable>(
  _ source: UnsafePointer<Element>, rows: Int, columns: Int,
  to target: UnsafeMutablePointer<Element>
) {
  let block = 32
  for firstRow in stride(from: 0, to: rows, by: block) {
    for firstColumn in stride(from: 0, to: columns, by: block) {
      for column in firstColumn..<min(firstColumn + block, columns) {
        for row in firstRow..<min(firstRow + block, rows) {
          (target + column * rows + row).initialize(to: source[row * columns + column])
        }
      }
    }
  }
}
