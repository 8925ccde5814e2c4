import Contrastive
import ContrastiveFiles

/// Embeddings and labels in .npy and safetensors files.
enum EmbeddingFiles {
  /// A matrix [rows, dimension] of any numbers, rounded to Float32 where they are finer.
  ///
  /// - Parameter path: an .npy file, a safetensors file that holds one tensor, or `file:tensor`.
  /// - Returns: the matrix.
  /// - Throws: `ContrastiveError.file` or `.shape`.
  static func matrix(path: String) throws(ContrastiveError) -> Matrix {
    try tensor(path: path).matrix(argument: path)
  }

  /// Labels [rows]: whole numbers of any type, −1 for none.
  static func labels(path: String) throws(ContrastiveError) -> [Int] {
    try NPYFile.read(path: path).int64s(argument: path).map(Int.init)
  }

  /// The file of `file:tensor`: up to the first colon after the ending, as names may have colons.
  static func filePart(of path: String) -> String {
    guard let choice = path.ranges(of: ".safetensors:").first else { return path }
    return String(path[..<path.index(before: choice.upperBound)])
  }

  private static func tensor(path: String) throws(ContrastiveError) -> Tensor {
    let ending = ".safetensors"
    if path.hasSuffix(ending) {
      return try FileContents(path: path).onlyTensor()
    }
    let file = filePart(of: path)
    if file != path {
      return try SafetensorsFile(path: file).tensor(String(path.dropFirst(file.count + 1)))
    }
    if path == "-" { return try FileContents(path: path).onlyTensor() }
    return try NPYFile.read(path: path)
  }
}
