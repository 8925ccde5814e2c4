internal import CContrastive
import ContrastiveCalls
import ContrastiveCore
import ContrastiveTensors

/// A tensor in the caller's memory, its description checked.
struct CallerTensor {
  let name: String
  let shape: [Int]
  let type: Tensor.ElementType
  /// The place of each element in the caller's memory.
  let layout: Layout
  let memory: UnsafeMutableRawPointer

  /// Number of elements.
  var count: Int { layout.count }

  /// Checks what a caller says of a tensor.
  ///
  /// - Parameters:
  ///   - description: of the caller.
  ///   - name: what messages call it; nil takes the caller's name.
  /// - Throws: `TensorFailure` or `ContrastiveError` for what no tensor is like.
  init(_ description: contrastive_tensor, name: String? = nil) throws {
    guard let name = name ?? description.name.map({ String(cString: $0) }) else {
      throw TensorFailure(argument: "name", problem: "found NULL, expected a tensor's name")
    }
    guard let type = Tensor.ElementType(code: description.dtype) else {
      throw ContrastiveError.elementType(
        argument: name, found: "dtype \(description.dtype)", expected: "one of CONTRASTIVE_F32, …")
    }
    guard 0...64 ~= description.rank else {
      throw ContrastiveError.shape(
        argument: name, found: "\(description.rank) axes", expected: "0 … 64 axes")
    }
    let rank = Int(description.rank)
    guard rank == 0 || description.shape != nil else {
      throw TensorFailure(argument: name, problem: "found a shape of NULL")
    }
    let shape = (0..<rank).map { Int(description.shape[$0]) }
    guard shape.allSatisfy({ $0 >= 0 }),
      let bytes = Tensor.byteCount(of: shape, width: type.width)
    else {
      throw ContrastiveError.shape(
        argument: name, found: Tensor.text(of: shape), expected: "lengths of 0 or more")
    }
    let strides = description.strides.map { strides in (0..<rank).map { Int(strides[$0]) } }
    layout = Layout(shape: shape, strides: strides, count: bytes / type.width)
    guard let memory = description.data ?? (layout.count == 0 ? Self.nowhere : nil) else {
      throw TensorFailure(argument: name, problem: "found data of NULL")
    }
    self.name = name
    self.shape = shape
    self.type = type
    self.memory = memory
  }

  /// What is never touched.
  private static var nowhere: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: 64) }
}

/// Where the elements of a tensor are.
struct Layout {
  let shape: [Int]
  let strides: [Int]
  let count: Int
  /// Whether they follow each other in row-major order.
  let isContiguous: Bool

  init(shape: [Int], strides: [Int]?, count: Int) {
    var dense = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      dense[axis] = dense[axis + 1] &* shape[axis + 1]
    }
    self.shape = shape
    // No step is taken along an axis of one element, whose stride may be any number.
    self.strides = zip(shape, strides ?? dense).map { $0 == 1 ? 0 : $1 }
    self.count = count
    isContiguous =
      count == 0
      || zip(shape, zip(self.strides, dense)).allSatisfy { $0 == 1 || $1.0 == $1.1 }
  }

  /// Calls `body` with each run along the last axis: the place of its first element in row-major
  /// order, the distance to it in memory, and the distance between its elements.
  func forEachRun(_ body: (_ place: Int, _ offset: Int, _ stride: Int) -> Void) {
    guard count > 0 else { return }
    let length = shape.last ?? 1
    let stride = strides.last ?? 1
    var index = [Int](repeating: 0, count: max(0, shape.count - 1))
    var offset = 0
    for place in Swift.stride(from: 0, to: count, by: length) {
      body(place, offset, stride)
      for axis in index.indices.reversed() {
        index[axis] += 1
        offset += strides[axis]
        if index[axis] < shape[axis] { break }
        offset -= index[axis] * strides[axis]
        index[axis] = 0
      }
    }
  }
}

extension Tensor.ElementType {
  /// The type of a code of the header.
  init?(code: Int32) {
    switch Int(code) {
    case CONTRASTIVE_F32: self = .float32
    case CONTRASTIVE_F64: self = .float64
    case CONTRASTIVE_F16: self = .float16
    case CONTRASTIVE_BF16: self = .bfloat16
    case CONTRASTIVE_I8: self = .int8
    case CONTRASTIVE_I16: self = .int16
    case CONTRASTIVE_I32: self = .int32
    case CONTRASTIVE_I64: self = .int64
    case CONTRASTIVE_U8: self = .uint8
    case CONTRASTIVE_U16: self = .uint16
    case CONTRASTIVE_U32: self = .uint32
    case CONTRASTIVE_U64: self = .uint64
    case CONTRASTIVE_BOOL: self = .bool
    default: return nil
    }
  }

  /// Its code in the header.
  var code: Int32 {
    let code =
      switch self {
      case .float32: CONTRASTIVE_F32
      case .float64: CONTRASTIVE_F64
      case .float16: CONTRASTIVE_F16
      case .bfloat16: CONTRASTIVE_BF16
      case .int8: CONTRASTIVE_I8
      case .int16: CONTRASTIVE_I16
      case .int32: CONTRASTIVE_I32
      case .int64: CONTRASTIVE_I64
      case .uint8: CONTRASTIVE_U8
      case .uint16: CONTRASTIVE_U16
      case .uint32: CONTRASTIVE_U32
      case .uint64: CONTRASTIVE_U64
      case .bool: CONTRASTIVE_BOOL
      }
    return Int32(code)
  }
}
