import ContrastiveCore
import ContrastiveTensors

extension CallerTensor {
  /// Checks an output's shape and type before anything is computed for it.
  func requireOutput(
    shape expected: [Int], _ types: [Tensor.ElementType]
  ) throws(ContrastiveError) {
    guard shape == expected else {
      throw .shape(
        argument: name, found: Tensor.text(of: shape), expected: Tensor.text(of: expected))
    }
    guard types.contains(type) else {
      throw .elementType(
        argument: name, found: type.rawValue,
        expected: types.map(\.rawValue).joined(separator: " or "))
    }
  }

  /// Writes numbers in row-major order into F32 or F64.
  func write(_ values: UnsafeBufferPointer<Float>) {
    if type == .float64 {
      scatter(values) { Double($0) }
    } else {
      scatter(values) { $0 }
    }
  }

  /// Writes numbers in row-major order into F32 or F64.
  func write(_ values: [Double]) {
    values.withUnsafeBufferPointer { values in
      if type == .float32 { scatter(values) { Float($0) } } else { scatter(values) { $0 } }
    }
  }

  /// Writes whole numbers in row-major order into I64 or I32.
  func write(_ values: [Int]) {
    values.withUnsafeBufferPointer { values in
      if type == .int32 {
        scatter(values) { Int32(clamping: $0) }
      } else {
        scatter(values) { Int64($0) }
      }
    }
  }

  /// Writes a matrix into F32 or F64 of as many elements.
  func write(_ matrix: Matrix) { matrix.withUnsafeBufferPointer { write($0) } }

  private func scatter<Value: BitwiseCopyable, Element: BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Value>, _ convert: (Value) -> Element
  ) {
    precondition(values.count == count, "\(name) is of another size than what is written to it")
    let width = MemoryLayout<Element>.size
    if layout.isContiguous, Value.self == Element.self {
      memory.copyMemory(
        from: UnsafeRawPointer(
          values.baseAddress ?? .init(memory.assumingMemoryBound(to: Value.self))),
        byteCount: count * width)
      return
    }
    let length = shape.last ?? 1
    layout.forEachRun { place, offset, stride in
      for step in 0..<length {
        memory.storeBytes(
          of: convert(values[place + step]), toByteOffset: (offset + step * stride) * width,
          as: Element.self)
      }
    }
  }
}
