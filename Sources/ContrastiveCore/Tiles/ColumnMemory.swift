/// The columns of a pass where they lie: in Float32, or in half precision and widened when a tile
/// needs them.
enum ColumnMemory: Sendable {
  case single(SharedReadOnlyMemory<Float>)
  case half(SharedReadOnlyMemory<UInt16>)
  /// Multiplied by their codes alone.
  case encoded

  /// Calls `body` with the columns of an operand.
  static func with(
    _ operand: Operand, isEncoded: Bool = false, _ body: (ColumnMemory) -> Void
  ) {
    if isEncoded {
      body(.encoded)
    } else if let half = operand.half {
      half.storage.withUnsafeBufferPointer { body(.half(SharedReadOnlyMemory($0))) }
    } else {
      operand.matrix.withUnsafeBufferPointer { body(.single(SharedReadOnlyMemory($0))) }
    }
  }

  /// Floats of scratch that packing some columns takes.
  static func packingSize(of operand: Operand, columns: Int) -> Int {
    operand.half == nil ? 0 : columns * operand.dimension
  }

  /// Some columns in Float32: where they are, or widened into `scratch`.
  func pack(
    _ range: Range<Int>, dimension: Int, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    switch self {
    case .single(let memory): return memory + range.lowerBound * dimension
    case .half(let memory):
      RowKernels.best.widen(
        memory + range.lowerBound * dimension, count: range.count * dimension, into: scratch)
      return UnsafePointer(scratch)
    case .encoded: return UnsafePointer(scratch)
    }
  }

  /// The position in the whole operand of the first unusable element of some columns, or −1.
  func firstFault(in range: Range<Int>, of operand: Operand) -> Int {
    switch self {
    case .single(let memory): Faults.find(in: memory, rows: range, of: operand)
    case .half, .encoded: -1
    }
  }
}
