import Contrastive
import ContrastiveTensors

/// The tensors of a call as an objective sees them.
package struct CallInputs {
  /// Where they are.
  let source: any TensorSource
  /// Whether embedding rows are divided by their norms.
  private let normalizes: Bool
  /// What becomes of rows of zeros then.
  let zeroRows: ZeroRows
  private let workers: Workers
  /// The tensors that were normalized, by name.
  private var normalized: [String: NormalizedRows] = [:]
  /// The tensors that were looked for.
  private let looked = NameSet()

  package init(
    _ source: any TensorSource, normalizes: Bool, zeroRows: ZeroRows, workers: Workers
  ) {
    self.source = source
    self.zeroRows = zeroRows
    self.workers = workers
    self.normalizes = normalizes
  }

  /// Whether there is such a tensor.
  func has(_ name: String) -> Bool {
    looked.insert(name)
    // One of an unsupported type is not absent: reading it says what is wrong.
    return source.mentions(name)
  }

  /// A tensor by its name.
  func tensor(_ name: String) throws(ContrastiveError) -> InputTensor {
    looked.insert(name)
    return try source.input(name)
  }

  /// The names of the tensors that were read.
  var used: [String] { looked.names.intersection(source.tensorNames).sorted() }

  /// Refuses tensors that a method and its options do not use.
  func requireAllUsed(by method: String) throws(ContrastiveError) {
    guard let name = source.tensorNames.subtracting(looked.names).min() else { return }
    let nearest = nearestName(to: name, among: looked.names.subtracting(used).sorted())
    throw .file(
      path: source.name,
      problem: "has a tensor \"\(name)\", which \(method) with these options does not use"
        + (nearest.map { "; did you mean \"\($0)\"?" } ?? ""))
  }

  /// An embedding tensor [rows, dimension], normalized when that was asked for.
  mutating func embeddings(_ name: String) throws(ContrastiveError) -> Matrix {
    try normalized(tensor(name).matrix(argument: name), name)
  }

  /// The same for a tensor that may be absent.
  mutating func embeddingsIfPresent(_ name: String) throws(ContrastiveError) -> Matrix? {
    has(name) ? try embeddings(name) : nil
  }

  /// An embedding tensor of `axes` axes as the rows of one matrix, with its shape.
  mutating func embeddings(
    _ name: String, axes: Int
  ) throws(ContrastiveError) -> (rows: Matrix, shape: [Int]) {
    let found = try tensor(name)
    guard found.shape.count == axes, let dimension = found.shape.last, dimension > 0 else {
      throw .shape(argument: name, found: found.shapeText, expected: "\(axes) axes")
    }
    return (try normalized(found.rows(argument: name), name), found.shape)
  }

  /// A tensor [rows, dimension] that is never normalized.
  func matrix(_ name: String) throws(ContrastiveError) -> Matrix {
    try tensor(name).matrix(argument: name)
  }

  /// Indices or labels [count].
  func integers(_ name: String) throws(ContrastiveError) -> [Int] {
    try tensor(name).tensor().int64s(argument: name).map { Int($0) }
  }

  /// Indices of several axes with their shape.
  func integers(
    _ name: String, axes: Int
  ) throws(ContrastiveError) -> (values: [Int], shape: [Int]) {
    let found = try tensor(name).tensor()
    guard found.shape.count == axes else {
      throw .shape(argument: name, found: found.shapeText, expected: "\(axes) axes")
    }
    let flat = try Tensor(shape: [found.elements.count], elements: found.elements)
    return (try flat.int64s(argument: name).map { Int($0) }, found.shape)
  }

  /// Numbers [count], F32.
  func numbers(_ name: String) throws(ContrastiveError) -> [Float] {
    let found = try tensor(name)
    guard found.shape.count == 1 else {
      throw .shape(argument: name, found: found.shapeText, expected: "[count]")
    }
    return try found.tensor().float32s(argument: name)
  }

  /// Weights [rows, columns], F32; either may be 0.
  func weights(_ name: String) throws(ContrastiveError) -> Matrix {
    let found = try tensor(name)
    guard found.shape.count == 2 else {
      throw .shape(argument: name, found: found.shapeText, expected: "[rows × columns]")
    }
    return try Matrix(
      rows: found.shape[0], columns: found.shape[1],
      values: found.tensor().float32s(argument: name))
  }

  /// A mask [rows, columns], U8.
  func mask(_ name: String) throws(ContrastiveError) -> SelectionMask {
    let found = try tensor(name)
    guard found.shape.count == 2 else {
      throw .shape(argument: name, found: found.shapeText, expected: "[rows × columns]")
    }
    return try SelectionMask(
      rows: found.shape[0], columns: found.shape[1],
      values: found.tensor().uint8s(argument: name), argument: name)
  }

  private mutating func normalized(
    _ rows: Matrix, _ name: String
  ) throws(ContrastiveError) -> Matrix {
    guard normalizes else { return rows }
    let unit = try rows.normalized(argument: name, zeroRows: zeroRows, workers: workers)
    normalized[name] = unit
    return unit.rows
  }

  /// A gradient for an input, carried back through the normalization, with the input's shape; in
  /// its own memory where no one else has it.
  ///
  /// `rows` are those that the gradient has; nil for all.
  func gradient(
    _ gradient: consuming Matrix, rows: Range<Int>?, of name: String
  ) throws(ContrastiveError) -> CallOutcome.Gradient {
    let shape = try source.input(name).shape
    guard let unit = normalized[name] else {
      return CallOutcome.Gradient(values: gradient, shape: shape, rows: rows)
    }
    let values = try unit.backward(gradient, from: rows?.lowerBound ?? 0, workers: workers)
    return CallOutcome.Gradient(values: values, shape: shape, rows: rows)
  }
}

/// Names that are collected while a value is read.
final class NameSet {
  private(set) var names: Set<String> = []

  func insert(_ name: String) { names.insert(name) }
}
