import Contrastive
import ContrastiveTensors

/// Where a call finds its tensors: a file, or memory of the caller's.
package protocol TensorSource {
  /// What messages call it.
  var name: String { get }
  /// The names of its tensors.
  var tensorNames: Set<String> { get }
  /// Whether it names a tensor, be it of a type that cannot be read.
  func mentions(_ name: String) -> Bool
  /// A tensor.
  ///
  /// - Throws: `ContrastiveError` when there is none of this name, or none that can be read.
  func input(_ name: String) throws(ContrastiveError) -> InputTensor
}

/// A tensor of a call: F32 in one piece is read where it is, anything else as a `Tensor`.
package struct InputTensor {
  /// Length of every axis, outermost first.
  package let shape: [Int]
  private let content: Content

  private enum Content {
    case tensor(Tensor)
    /// All elements as one row.
    case row(Matrix)
  }

  package init(_ tensor: Tensor) {
    shape = tensor.shape
    content = .tensor(tensor)
  }

  /// F32 elements of a shape, as one row.
  package init(shape: [Int], row: Matrix) {
    self.shape = shape
    content = .row(row)
  }

  /// The shape as `[3 × 4]`, for messages.
  package var shapeText: String { Tensor.text(of: shape) }

  /// The tensor, copied if it is read where it is.
  package func tensor() throws(ContrastiveError) -> Tensor {
    switch content {
    case .tensor(let tensor): tensor
    case .row(let row): try Tensor(shape: shape, elements: .float32(Array(row.values)))
    }
  }

  /// All elements as the rows of one matrix, of the length of the last axis.
  package func rows(argument: String) throws(ContrastiveError) -> Matrix {
    guard let columns = shape.last, columns > 0 else {
      throw .shape(argument: argument, found: shapeText, expected: "rows of at least one element")
    }
    switch content {
    case .row(let row): return row.reshaped(rows: row.columns / columns, columns: columns)
    case .tensor(let tensor):
      let values = try tensor.float32s(argument: argument)
      return Matrix(rows: values.count / columns, columns: columns, sharing: values)
    }
  }

  /// The rows of a tensor `[rows × columns]`.
  package func matrix(argument: String) throws(ContrastiveError) -> Matrix {
    guard case .row = content, shape.count == 2, shape[1] > 0 else {
      return try tensor().matrix(argument: argument)
    }
    return try rows(argument: argument)
  }
}
