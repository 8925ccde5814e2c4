import ContrastiveCore

/// What an argument needs from a file.
///
/// Elements of any type are taken where the number wanted can hold them: integers exactly, floating
/// point rounded to nearest where it is wider. `argument` is the name of what the elements are for;
/// the errors tell it.
extension Tensor {
  /// The rows of a tensor `[rows × columns]`.
  ///
  /// - Throws: `ContrastiveError`: `.shape` for another rank or for rows without columns,
  ///   `.tooLarge` for an element that no Float32 holds.
  public func matrix(argument: String = "tensor") throws(ContrastiveError) -> Matrix {
    guard shape.count == 2, shape[1] > 0 || shape[0] == 0 else {
      throw mismatch(argument, "[rows × columns]")
    }
    return Matrix(rows: shape[0], columns: shape[1], sharing: try float32s(argument: argument))
  }

  /// The rows of a tensor `[rows × columns]` at half precision, those of an F16 tensor as they are.
  ///
  /// - Throws: `ContrastiveError`: `.shape` for another rank or for rows without columns,
  ///   `.nonFinite`, `.tooLarge`.
  public func halfMatrix(argument: String = "tensor") throws(ContrastiveError) -> HalfMatrix {
    if case .float16(let bits) = elements, shape.count == 2, shape[1] > 0,
      HalfMatrix.firstNotFinite(bits) == nil
    {
      return HalfMatrix(rows: shape[0], columns: shape[1], sharing: bits)
    }
    return try HalfMatrix(rounding: matrix(argument: argument), argument: argument)
  }

  /// The matrices of a tensor `[matrices × rows × columns]`, such as the views of a batch.
  ///
  /// - Throws: `ContrastiveError`: `.shape` for another rank or for matrices without elements,
  ///   `.tooLarge` for an element that no Float32 holds.
  public func matrices(argument: String = "tensor") throws(ContrastiveError) -> [Matrix] {
    guard shape.count == 3, elements.count > 0 || shape[0] == 0 else {
      throw mismatch(argument, "[matrices × rows × columns]")
    }
    let values = try float32s(argument: argument)
    let (rows, columns) = (shape[1], shape[2])
    return (0..<shape[0]).map { index in
      let start = index * rows * columns
      return Matrix(
        rows: rows, columns: columns, sharing: Array(values[start..<(start + rows * columns)]))
    }
  }

  /// The elements of a tensor of any shape.
  ///
  /// - Throws: `ContrastiveError.tooLarge` for an F64 beyond Float32, or for an integer beyond the
  ///   2²⁴ up to which each has a Float32.
  public func float32s(argument: String = "tensor") throws(ContrastiveError) -> [Float] {
    switch elements {
    case .float32(let values): return values
    case .float64(let values):
      let rounded = values.map(Float.init)
      if let position = rounded.indices.first(where: {
        !rounded[$0].isFinite && values[$0].isFinite
      }) {
        throw tooLarge(
          argument, position, "\(values[position])", "\(Float.greatestFiniteMagnitude)")
      }
      return rounded
    default: return try numbers(argument)
    }
  }

  /// The elements of a tensor of any shape.
  ///
  /// - Throws: `ContrastiveError.tooLarge` for an integer beyond the 2⁵³ up to which each has a
  ///   Float64.
  public func float64s(argument: String = "tensor") throws(ContrastiveError) -> [Double] {
    switch elements {
    case .float32(let values): values.map(Double.init)
    case .float64(let values): values
    default: try numbers(argument)
    }
  }

  /// The one number of a tensor with one element.
  ///
  /// - Throws: `ContrastiveError`: `.shape` for another number of elements, `.tooLarge`.
  public func float64(argument: String = "tensor") throws(ContrastiveError) -> Double {
    guard elements.count == 1 else { throw mismatch(argument, "one number") }
    return try float64s(argument: argument)[0]
  }

  /// The elements of a tensor of one axis, such as labels.
  ///
  /// - Throws: `ContrastiveError`: `.shape` for another rank, `.index` for an element that is no
  ///   whole number of 64 bits.
  public func int64s(argument: String = "tensor") throws(ContrastiveError) -> [Int64] {
    guard shape.count == 1 else { throw mismatch(argument, "[count]") }
    return try wholeNumbers(argument)
  }

  /// The elements of a tensor of any shape, such as a mask.
  ///
  /// - Throws: `ContrastiveError.index` for an element that is no whole number from 0 to 255.
  public func uint8s(argument: String = "tensor") throws(ContrastiveError) -> [UInt8] {
    switch elements {
    case .uint8(let values): return values
    case .bool(let values): return values.map { $0 == 0 ? 0 : 1 }
    default:
      let values = try wholeNumbers(argument)
      let bytes = values.map(UInt8.init(truncatingIfNeeded:))
      if let position = values.indices.first(where: { values[$0] != Int64(bytes[$0]) }) {
        throw .index(
          argument: argument, position: position, found: "\(values[position])",
          expected: "0 … 255")
      }
      return bytes
    }
  }

  /// The pixels of images, from 0 to 255.
  ///
  /// Whole numbers are taken as they are, true and false as 255 and 0. Floating point is taken on
  /// the scale 0 … 1 where no element is above 1, else on the scale 0 … 255, and rounded.
  ///
  /// - Throws: `ContrastiveError.index` for an element outside the scale, or a NaN.
  public func pixels(argument: String = "tensor") throws(ContrastiveError) -> [UInt8] {
    try pixels(argument: argument, isUnit: !hasNumberAboveOne(argument: argument))
  }

  /// Whether floating point is on the scale 0 … 255; false for whole numbers.
  package func hasNumberAboveOne(argument: String) throws(ContrastiveError) -> Bool {
    switch elements {
    case .float16, .bfloat16, .float32, .float64:
      try float64s(argument: argument).contains { $0 > 1 }
    default: false
    }
  }

  /// The pixels of a part of some images, whose scale is known from all of them.
  package func pixels(argument: String, isUnit: Bool) throws(ContrastiveError) -> [UInt8] {
    switch elements {
    case .bool(let values): return values.map { $0 == 0 ? 0 : 255 }
    case .float16, .bfloat16, .float32, .float64:
      let values = try float64s(argument: argument)
      let scale: Double = isUnit ? 255 : 1
      if let position = values.firstIndex(where: { !(0...255 ~= $0) }) {
        throw .index(
          argument: argument, position: position, found: "\(values[position])",
          expected: "a pixel from 0 to 1, or from 0 to 255")
      }
      return values.map { UInt8(($0 * scale).rounded()) }
    default: return try uint8s(argument: argument)
    }
  }

  private func mismatch(_ argument: String, _ expected: String) -> ContrastiveError {
    .shape(argument: argument, found: shapeText, expected: expected)
  }

  private func tooLarge(
    _ argument: String, _ position: Int, _ found: String, _ limit: String
  ) -> ContrastiveError {
    let (row, column) = position.quotientAndRemainder(dividingBy: max(shape.last ?? 1, 1))
    return .tooLarge(argument: argument, row: row, column: column, found: found, limit: limit)
  }
}

extension Tensor {
  /// The elements as floating point that holds all of them exactly, F64 excepted.
  private func numbers<Number: BinaryFloatingPoint>(
    _ argument: String
  ) throws(ContrastiveError) -> [Number] {
    switch elements {
    case .float16(let bits): Self.widened(bits).map(Number.init)
    case .bfloat16(let bits): bits.map { Number(Float(bitPattern: UInt32($0) << 16)) }
    case .float32(let values): values.map(Number.init)
    case .float64(let values): values.map(Number.init)
    case .int8(let values): try exact(values, argument)
    case .int16(let values): try exact(values, argument)
    case .int32(let values): try exact(values, argument)
    case .int64(let values): try exact(values, argument)
    case .uint8(let values): try exact(values, argument)
    case .uint16(let values): try exact(values, argument)
    case .uint32(let values): try exact(values, argument)
    case .uint64(let values): try exact(values, argument)
    case .bool(let values): values.map { $0 == 0 ? 0 : 1 }
    }
  }

  /// Calls `body` with each element, integers of 64 bits rounded.
  package func forEachNumber(_ body: (Double) -> Void) {
    switch elements {
    case .float16(let bits): for value in Self.widened(bits) { body(Double(value)) }
    case .bfloat16(let bits):
      for value in bits { body(Double(Float(bitPattern: UInt32(value) << 16))) }
    case .float32(let values): for value in values { body(Double(value)) }
    case .float64(let values): for value in values { body(value) }
    case .int8(let values): for value in values { body(Double(value)) }
    case .int16(let values): for value in values { body(Double(value)) }
    case .int32(let values): for value in values { body(Double(value)) }
    case .int64(let values): for value in values { body(Double(value)) }
    case .uint8(let values): for value in values { body(Double(value)) }
    case .uint16(let values): for value in values { body(Double(value)) }
    case .uint32(let values): for value in values { body(Double(value)) }
    case .uint64(let values): for value in values { body(Double(value)) }
    case .bool(let values): for value in values { body(value == 0 ? 0 : 1) }
    }
  }

  private func exact<Integer: FixedWidthInteger, Number: BinaryFloatingPoint>(
    _ values: [Integer], _ argument: String
  ) throws(ContrastiveError) -> [Number] {
    let limit = UInt64(1) << UInt64(Number.significandBitCount + 1)
    if Integer.bitWidth > Number.significandBitCount,
      let position = values.firstIndex(where: { $0.magnitude > limit })
    {
      throw tooLarge(argument, position, "\(values[position])", "\(limit)")
    }
    return values.map(Number.init)
  }

  private static func widened(_ bits: [UInt16]) -> [Float] {
    [Float](unsafeUninitializedCapacity: bits.count) { target, initialized in
      bits.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        RowKernels.best.widen(from, count: bits.count, into: to)
      }
      initialized = bits.count
    }
  }

  private func wholeNumbers(_ argument: String) throws(ContrastiveError) -> [Int64] {
    switch elements {
    case .int64(let values): values
    case .int8(let values): values.map(Int64.init)
    case .int16(let values): values.map(Int64.init)
    case .int32(let values): values.map(Int64.init)
    case .uint8(let values): values.map(Int64.init)
    case .uint16(let values): values.map(Int64.init)
    case .uint32(let values): values.map(Int64.init)
    case .bool(let values): values.map { $0 == 0 ? 0 : 1 }
    case .uint64(let values): try whole(values, argument) { Int64(exactly: $0) }
    case .float16, .bfloat16, .float32, .float64:
      try whole(float64s(argument: argument), argument) { Int64(exactly: $0) }
    }
  }

  private func whole<Number>(
    _ values: [Number], _ argument: String, _ convert: (Number) -> Int64?
  ) throws(ContrastiveError) -> [Int64] {
    var numbers: [Int64] = []
    numbers.reserveCapacity(values.count)
    for (position, value) in values.enumerated() {
      guard let number = convert(value) else {
        throw .index(
          argument: argument, position: position, found: "\(value)",
          expected: "a whole number of 64 bits")
      }
      numbers.append(number)
    }
    return numbers
  }
}
