import Contrastive
import ContrastiveFiles
import _Reference
import _TestSupport

/// Inputs and options of an objective, by name.
struct Problem: Sendable {
  var tensors: [String: Tensor]
  /// Values as text; a flag has none.
  var options: [String: String]

  init(_ tensors: [String: Tensor], _ options: [String: String] = [:]) {
    self.tensors = tensors
    self.options = options
  }

  /// The same with some tensors in the place of others.
  func with(_ changes: [String: Tensor]) -> Problem {
    Problem(tensors.merging(changes) { $1 }, options)
  }

  /// The same with other options.
  func with(options changes: [String: String]) -> Problem {
    Problem(tensors, options.merging(changes) { $1 })
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

extension Tensor {
  /// Seeded whole numbers in 0 ..< bound.
  static func integers(_ count: Int, below bound: Int, seed: UInt64) -> Tensor {
    Tensor(.int64(TestData.integers(count, below: bound, seed: seed).map { Int64($0) }))
  }

  /// The same elements in another shape.
  func reshaped(_ shape: [Int]) throws -> Tensor { try Tensor(shape: shape, elements: elements) }
}
