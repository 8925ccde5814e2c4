import Contrastive
import ContrastiveFiles

/// Embeddings and labels in .npy and safetensors files.
enum EmbeddingFiles {
  /// A matrix f4 or f8 [rows, dimension]; f8 is rounded to Float32.
  ///
  /// - Parameter path: an .npy file, a safetensors file that holds one tensor, or `file:tensor`.
  /// - Returns: the matrix.
  /// - Throws: `ContrastiveError.file` or `.shape`.
  static func matrix(path: String) throws(ContrastiveError) -> Matrix {
    let tensor = try tensor(path: path)
    guard case .float64(let values) = tensor.elements else {
      return try tensor.matrix(argument: path)
    }
    return try Tensor(shape: tensor.shape, elements: .float32(values.map(Float.init)))
      .matrix(argument: path)
  }

  /// Labels i8, i4 or u1 [rows]; −1 for none.
  static func labels(path: String) throws(ContrastiveError) -> [Int] {
    try NPYFile.read(path: path).int64s(argument: path).map(Int.init)
  }

  private static func tensor(path: String) throws(ContrastiveError) -> Tensor {
    let ending = ".safetensors"
    if path.hasSuffix(ending) {
      let file = try SafetensorsFile(path: path)
      guard file.tensors.count == 1, let only = file.tensors.values.first else {
        throw .file(
          path: path,
          problem: "holds \(file.tensors.count) tensors, expected one, or \(path):NAME to choose")
      }
      return only
    }
    // A name after the last colon chooses a tensor, unless the whole is a file's name.
    if let colon = path.lastIndex(of: ":"), path[..<colon].hasSuffix(ending) {
      return try SafetensorsFile(path: String(path[..<colon]))
        .tensor(String(path[path.index(after: colon)...]))
    }
    return try NPYFile.read(path: path)
  }
}
