import Contrastive
import ContrastiveFiles

/// Embeddings and labels in .npy files.
enum EmbeddingFiles {
  /// A matrix f4 or f8 [rows, dimension]; f8 is rounded to Float32.
  static func matrix(path: String) throws(ContrastiveError) -> Matrix {
    let tensor = try NPYFile.read(path: path)
    guard case .float64(let values) = tensor.elements else {
      return try tensor.matrix(argument: path)
    }
    return try Tensor(shape: tensor.shape, elements: .float32(values.map(Float.init)))
      .matrix(argument: path)
  }

  /// Labels i8, i4 or u1 [rows].
  static func labels(path: String) throws(ContrastiveError) -> [Int64] {
    try NPYFile.read(path: path).int64s(argument: path)
  }
}
