import ContrastiveCalls
import ContrastiveCore
import ContrastiveTensors

extension CallerTensor {
  /// The elements for a call: F32 in row-major order where they are, anything else copied.
  var input: InputTensor {
    get throws {
      let address = Int(bitPattern: memory)
      guard type == .float32, layout.isContiguous, address % MemoryLayout<Float>.alignment == 0
      else { return InputTensor(try Tensor(shape: shape, elements: elements)) }
      let base = UnsafePointer(memory.assumingMemoryBound(to: Float.self))
      return InputTensor(
        shape: shape, row: Matrix(rows: 1, columns: count, borrowing: base))
    }
  }

  /// The rows of a tensor [rows, dimension].
  var matrix: Matrix { get throws { try input.matrix(argument: name) } }

  /// Whole numbers [count].
  var integers: [Int] {
    get throws { try input.tensor().int64s(argument: name).map { Int($0) } }
  }

  private var elements: Tensor.Elements {
    switch type {
    case .float16: .float16(array())
    case .bfloat16: .bfloat16(array())
    case .float32: .float32(array())
    case .float64: .float64(array())
    case .int8: .int8(array())
    case .int16: .int16(array())
    case .int32: .int32(array())
    case .int64: .int64(array())
    case .uint8: .uint8(array())
    case .uint16: .uint16(array())
    case .uint32: .uint32(array())
    case .uint64: .uint64(array())
    case .bool: .bool(array())
    }
  }

  /// The elements in row-major order.
  private func array<Element: BitwiseCopyable>() -> [Element] {
    let width = MemoryLayout<Element>.size
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      let target = UnsafeMutableRawBufferPointer(buffer)
      if layout.isContiguous {
        target.copyMemory(from: UnsafeRawBufferPointer(start: memory, count: count * width))
      } else {
        let length = shape.last ?? 1
        layout.forEachRun { place, offset, stride in
          for step in 0..<length {
            buffer.initializeElement(
              at: place + step,
              to: memory.loadUnaligned(
                fromByteOffset: (offset + step * stride) * width, as: Element.self))
          }
        }
      }
      initialized = count
    }
  }
}
