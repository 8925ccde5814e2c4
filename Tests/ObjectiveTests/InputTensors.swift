import Contrastive
import ContrastiveFiles
import Testing

/// The tensors of a problem as an entry hands them to its objective.
final class InputTensors {
  private let tensors: [String: Tensor]
  private let normalizes: Bool
  /// Embeddings that were divided by their norms, by name.
  private(set) var normalized: [String: NormalizedRows] = [:]

  init(_ tensors: [String: Tensor], normalizes: Bool) {
    self.tensors = tensors
    self.normalizes = normalizes
  }

  func has(_ name: String) -> Bool { tensors[name] != nil }

  func shape(_ name: String) throws -> [Int] { try tensor(name).shape }

  /// Embeddings of any number of axes as the rows of one matrix, divided by their norms where the
  /// problem says so.
  func embeddings(_ name: String) throws -> Matrix {
    let rows = try matrix(name)
    guard normalizes else { return rows }
    let unit = try rows.normalized(argument: name)
    normalized[name] = unit
    return unit.rows
  }

  func embeddingsIfPresent(_ name: String) throws -> Matrix? {
    has(name) ? try embeddings(name) : nil
  }

  /// Rows that are never normalized.
  func matrix(_ name: String) throws -> Matrix {
    let shape = try shape(name)
    return try Matrix(
      rows: shape.dropLast().reduce(1, *), columns: try #require(shape.last),
      values: numbers(name))
  }

  /// The matrices of a tensor of three axes.
  func matrices(_ name: String) throws -> [Matrix] {
    has(name) ? try tensor(name).matrices(argument: name) : []
  }

  func numbers(_ name: String) throws -> [Float] { try tensor(name).float32s(argument: name) }

  func integers(_ name: String) throws -> [Int] {
    try Tensor(tensor(name).elements).int64s(argument: name).map { Int($0) }
  }

  func mask(_ name: String) throws -> SelectionMask {
    let shape = try shape(name)
    return try SelectionMask(
      rows: shape[0], columns: shape[1], values: tensor(name).uint8s(argument: name),
      argument: name)
  }

  /// A gradient carried back through the normalization.
  func gradient(_ gradient: Matrix, of name: String) throws -> Matrix {
    try normalized[name]?.backward(gradient) ?? gradient
  }

  private func tensor(_ name: String) throws -> Tensor { try #require(tensors[name], "\(name)") }
}
