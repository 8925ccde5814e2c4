import Contrastive
import ContrastiveFiles
import _Reference

/// Inputs and options of an objective, as a file and a command line would give them.
struct Problem: Sendable {
  var tensors: [String: Tensor]
  var arguments: [String] = []

  init(_ tensors: [String: Tensor], _ arguments: [String] = []) {
    self.tensors = tensors
    self.arguments = arguments
  }
}

/// The tensors of a problem as the references take them.
struct ReferenceInputs {
  /// Float tensors as rows of their last axis.
  var rows: [String: Rows]
  /// The same before a test moved any: what parts without a gradient are computed from.
  var constants: [String: Rows]
  /// Lengths of every axis.
  let shapes: [String: [Int]]
  /// Whole numbers in row-major order.
  let integers: [String: [Int]]

  init(_ tensors: [String: Tensor]) throws {
    var (rows, integers): ([String: Rows], [String: [Int]]) = ([:], [:])
    for (name, tensor) in tensors {
      switch tensor.elements {
      case .float32, .float64:
        let values = try tensor.float64s(argument: name)
        let length = max(1, tensor.shape.last ?? 1)
        rows[name] = stride(from: 0, to: values.count, by: length).map {
          Array(values[$0..<($0 + length)])
        }
      default:
        integers[name] = try Tensor(tensor.elements).int64s(argument: name).map { Int($0) }
      }
    }
    self.rows = rows
    constants = rows
    self.integers = integers
    shapes = tensors.mapValues(\.shape)
  }

  /// A tensor that must be there.
  subscript(_ name: String) -> Rows { rows[name, default: []] }
}

/// Seeded inputs.
enum Draw {
  /// Unit rows, elements first drawn in [−1, 1).
  static func embeddings(_ rows: Int, _ dimension: Int, seed: UInt64) throws -> Matrix {
    var random = CounterRandom(seed: seed, UInt64(rows), UInt64(dimension))
    let values = (0..<(rows * dimension)).map { _ in random.uniform(-1, 1) }
    return try Matrix(rows: rows, columns: dimension, values: values).normalized().rows
  }

  /// Unit rows that differ from those given by noise of relative size `noise`.
  static func near(_ matrix: Matrix, noise: Float, seed: UInt64) throws -> Matrix {
    let other = try embeddings(matrix.rows, matrix.columns, seed: seed)
    let values = zip(matrix.values, other.values).map { $0 + noise * $1 }
    return try Matrix(rows: matrix.rows, columns: matrix.columns, values: values).normalized().rows
  }

  /// Whole numbers in 0 ..< bound.
  static func integers(_ count: Int, below bound: Int, seed: UInt64) -> [Int64] {
    var random = CounterRandom(seed: seed, UInt64(count), UInt64(bound))
    return (0..<count).map { _ in Int64(random.index(below: bound)) }
  }
}
