import Contrastive
import ContrastiveFiles

/// The input file as a method sees it.
package struct LossInputs {
  /// The file.
  package let file: SafetensorsFile
  /// Whether embedding rows are divided by their norms.
  package let normalizes: Bool
  /// The tensors that were normalized, by name.
  package private(set) var normalized: [String: NormalizedRows] = [:]

  package init(file: SafetensorsFile, normalizes: Bool) {
    self.file = file
    self.normalizes = normalizes
  }

  /// Whether the file has a tensor.
  func has(_ name: String) -> Bool {
    // One of an unsupported type is not absent: reading it says what is wrong.
    file.tensors[name] != nil || file.unsupported[name] != nil
  }

  /// An embedding tensor [rows, dimension], normalized when that was asked for.
  mutating func embeddings(_ name: String) throws(ContrastiveError) -> Matrix {
    try normalized(file.tensor(name).matrix(argument: name), name)
  }

  /// The same for a tensor that may be absent.
  mutating func embeddingsIfPresent(_ name: String) throws(ContrastiveError) -> Matrix? {
    has(name) ? try embeddings(name) : nil
  }

  /// An embedding tensor of `axes` axes as the rows of one matrix, with its shape.
  mutating func embeddings(
    _ name: String, axes: Int
  ) throws(ContrastiveError) -> (rows: Matrix, shape: [Int]) {
    let tensor = try file.tensor(name)
    guard tensor.shape.count == axes, let dimension = tensor.shape.last, dimension > 0 else {
      throw .shape(argument: name, found: tensor.shapeText, expected: "\(axes) axes")
    }
    let values = try tensor.float32s(argument: name)
    let rows = Matrix(rows: values.count / dimension, columns: dimension, sharing: values)
    return (try normalized(rows, name), tensor.shape)
  }

  /// A tensor [rows, dimension] that is never normalized.
  func matrix(_ name: String) throws(ContrastiveError) -> Matrix {
    try file.tensor(name).matrix(argument: name)
  }

  /// Indices or labels [count].
  func integers(_ name: String) throws(ContrastiveError) -> [Int] {
    try file.tensor(name).int64s(argument: name).map { Int($0) }
  }

  /// Indices of several axes with their shape.
  func integers(
    _ name: String, axes: Int
  ) throws(ContrastiveError) -> (values: [Int], shape: [Int]) {
    let tensor = try file.tensor(name)
    guard tensor.shape.count == axes else {
      throw .shape(argument: name, found: tensor.shapeText, expected: "\(axes) axes")
    }
    let flat = try Tensor(shape: [tensor.elements.count], elements: tensor.elements)
    return (try flat.int64s(argument: name).map { Int($0) }, tensor.shape)
  }

  /// Numbers [count], F32.
  func numbers(_ name: String) throws(ContrastiveError) -> [Float] {
    let tensor = try file.tensor(name)
    guard tensor.shape.count == 1 else {
      throw .shape(argument: name, found: tensor.shapeText, expected: "[count]")
    }
    return try tensor.float32s(argument: name)
  }

  /// Weights [rows, columns], F32; either may be 0.
  func weights(_ name: String) throws(ContrastiveError) -> Matrix {
    let tensor = try file.tensor(name)
    guard tensor.shape.count == 2 else {
      throw .shape(argument: name, found: tensor.shapeText, expected: "[rows × columns]")
    }
    return try Matrix(
      rows: tensor.shape[0], columns: tensor.shape[1], values: tensor.float32s(argument: name))
  }

  /// A mask [rows, columns], U8.
  func mask(_ name: String) throws(ContrastiveError) -> SelectionMask {
    let tensor = try file.tensor(name)
    guard tensor.shape.count == 2 else {
      throw .shape(argument: name, found: tensor.shapeText, expected: "[rows × columns]")
    }
    return try SelectionMask(
      rows: tensor.shape[0], columns: tensor.shape[1], values: tensor.uint8s(argument: name),
      argument: name)
  }

  private mutating func normalized(
    _ rows: Matrix, _ name: String
  ) throws(ContrastiveError) -> Matrix {
    guard normalizes else { return rows }
    let unit = try rows.normalized(argument: name)
    normalized[name] = unit
    return unit.rows
  }

  /// A gradient in the shape of its input, carried back through the normalization.
  func gradientTensor(_ gradient: Matrix, of name: String) throws(ContrastiveError) -> Tensor {
    let carried = try normalized[name]?.backward(gradient) ?? gradient
    return try Tensor(
      shape: file.tensor(name).shape, elements: .float32(Array(carried.values)))
  }
}
