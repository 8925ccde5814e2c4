import ContrastiveCore

/// What `NPYFile` saves: a tensor or a matrix.
public protocol TensorConvertible {
  /// The value as a tensor, its storage shared where possible.
  var tensor: Tensor { get }
}

extension Tensor: TensorConvertible {
  /// This tensor.
  public var tensor: Tensor { self }

  /// The tensor that a value stands for.
  public init(_ value: some TensorConvertible) { self = value.tensor }
}

extension Matrix: TensorConvertible {
  /// The F32 tensor `[rows × columns]`.
  public var tensor: Tensor {
    Tensor(unchecked: [rows, columns], .float32(Array(values)))
  }
}

extension HalfMatrix: TensorConvertible {
  /// The F16 tensor `[rows × columns]`.
  public var tensor: Tensor {
    Tensor(unchecked: [rows, columns], .float16(Array(storage[..<(rows * columns)])))
  }
}
