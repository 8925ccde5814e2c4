import ContrastiveCore

/// What an argument needs from a file.
///
/// `argument` is the name of what the elements are for; the errors tell it.
extension Tensor {
  /// The rows of an F32 tensor `[rows × columns]`.
  ///
  /// - Throws: `ContrastiveError.shape` for another type or rank, or for rows without columns.
  public func matrix(argument: String) throws(ContrastiveError) -> Matrix {
    guard case .float32(let values) = elements, shape.count == 2, shape[1] > 0 || shape[0] == 0
    else { throw mismatch(argument, "F32 [rows × columns]") }
    return Matrix(rows: shape[0], columns: shape[1], sharing: values)
  }

  /// The matrices of an F32 tensor `[matrices × rows × columns]`, such as the views of a batch.
  ///
  /// - Throws: `ContrastiveError.shape` for another type or rank, or for matrices without elements.
  public func matrices(argument: String) throws(ContrastiveError) -> [Matrix] {
    guard case .float32(let values) = elements, shape.count == 3,
      !values.isEmpty || shape[0] == 0
    else { throw mismatch(argument, "F32 [matrices × rows × columns]") }
    let (rows, columns) = (shape[1], shape[2])
    return (0..<shape[0]).map { index in
      let start = index * rows * columns
      return Matrix(
        rows: rows, columns: columns, sharing: Array(values[start..<(start + rows * columns)]))
    }
  }

  /// The elements of an F32 tensor of any shape.
  ///
  /// - Throws: `ContrastiveError.shape` for another type.
  public func float32s(argument: String) throws(ContrastiveError) -> [Float] {
    guard case .float32(let values) = elements else { throw mismatch(argument, "F32") }
    return values
  }

  /// The elements of an F64 or, exactly widened, of an F32 tensor of any shape.
  ///
  /// - Throws: `ContrastiveError.shape` for another type.
  public func float64s(argument: String) throws(ContrastiveError) -> [Double] {
    switch elements {
    case .float64(let values): return values
    case .float32(let values): return values.map(Double.init)
    default: throw mismatch(argument, "F64 or F32")
    }
  }

  /// The one number of an F64 or F32 tensor with one element.
  ///
  /// - Throws: `ContrastiveError.shape` for another type or another number of elements.
  public func float64(argument: String) throws(ContrastiveError) -> Double {
    guard let values = try? float64s(argument: argument), values.count == 1 else {
      throw mismatch(argument, "one F64 or F32 number")
    }
    return values[0]
  }

  /// The elements of an I64, I32 or U8 tensor of one axis, such as labels.
  ///
  /// - Throws: `ContrastiveError.shape` for another type or rank.
  public func int64s(argument: String) throws(ContrastiveError) -> [Int64] {
    let wanted = "I64, I32 or U8 [count]"
    guard shape.count == 1 else { throw mismatch(argument, wanted) }
    switch elements {
    case .int64(let values): return values
    case .int32(let values): return values.map(Int64.init)
    case .uint8(let values): return values.map(Int64.init)
    default: throw mismatch(argument, wanted)
    }
  }

  /// The elements of a U8 tensor of any shape.
  ///
  /// - Throws: `ContrastiveError.shape` for another type.
  public func uint8s(argument: String) throws(ContrastiveError) -> [UInt8] {
    guard case .uint8(let values) = elements else { throw mismatch(argument, "U8") }
    return values
  }

  private func mismatch(_ argument: String, _ expected: String) -> ContrastiveError {
    .shape(argument: argument, found: summary, expected: expected)
  }
}
