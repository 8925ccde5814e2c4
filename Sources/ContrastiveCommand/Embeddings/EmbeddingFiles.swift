import Contrastive
import ContrastiveFiles

/// Embeddings and labels in .npy and safetensors files.
enum EmbeddingFiles {
  /// A matrix [rows, dimension] of any numbers, rounded to Float32 where they are finer.
  ///
  /// - Parameter path: an .npy file, a safetensors file that holds one tensor, each gzipped or not,
  ///   `-` for standard input, or `file:tensor`.
  /// - Returns: the matrix.
  /// - Throws: `ContrastiveError.file` or `.shape`.
  static func matrix(path: String) throws(ContrastiveError) -> Matrix {
    try tensor(path: path).matrix(argument: path)
  }

  /// Labels [rows] of one or several files, which have the same names for the same classes.
  ///
  /// - Parameter paths: .npy, safetensors with one tensor, or `file:tensor`: whole numbers of any
  ///   type, −1 for none, or texts, an empty one for none; or nil.
  /// - Returns: the labels of each file; texts are numbered in their order.
  /// - Throws: `ContrastiveError`, also where one file holds numbers and another texts.
  static func labels(paths: [String?]) throws(ContrastiveError) -> FileLabels {
    var columns: [(path: String, array: LabelArray)?] = []
    for path in paths {
      columns.append(try path.map { path throws(ContrastiveError) in (path, try column(path)) })
    }
    var names: Set<String> = []
    for case (_, .texts(let texts))? in columns { names.formUnion(texts) }
    let sorted = names.subtracting([""]).sorted()
    let number = Dictionary(uniqueKeysWithValues: zip(sorted, sorted.indices))
    var values: [[Int]?] = []
    for column in columns {
      switch column {
      case nil: values.append(nil)
      case (_, .texts(let texts))?: values.append(texts.map { number[$0] ?? -1 })
      case (let path, .numbers(let tensor))?:
        guard names.isEmpty else {
          throw .elementType(
            argument: path, found: tensor.type.rawValue,
            expected: "texts, as the other labels are")
        }
        values.append(try tensor.int64s(argument: path).map(Int.init))
      }
    }
    return FileLabels(values: values, names: sorted)
  }

  private static func column(_ path: String) throws(ContrastiveError) -> LabelArray {
    if path.hasSuffix(".safetensors") || filePart(of: path) != path {
      return .numbers(try tensor(path: path))
    }
    return try LabelArray(path: path)
  }

  /// The file of `file:tensor`: up to the first colon after the ending, as names may have colons.
  static func filePart(of path: String) -> String {
    guard
      let choice = [".safetensors:", ".safetensors.gz:"].compactMap({ path.ranges(of: $0).first })
        .first
    else { return path }
    return String(path[..<path.index(before: choice.upperBound)])
  }

  private static func tensor(path: String) throws(ContrastiveError) -> Tensor {
    let file = filePart(of: path)
    if file != path {
      return try SafetensorsFile(path: file).tensor(String(path.dropFirst(file.count + 1)))
    }
    return try FileContents(path: path).onlyTensor()
  }
}

/// Labels as the files have them.
struct FileLabels {
  /// The labels of each file, −1 for none.
  let values: [[Int]?]
  /// What 0, 1, … are called where the files hold texts.
  let names: [String]

  /// What a label is called.
  func name(_ label: Int) -> String { names.indices.contains(label) ? names[label] : "\(label)" }
}
