import ArgumentParser
import Contrastive
import ContrastiveFiles

/// Queries, documents, and which belong together.
struct PairOptions: ParsableArguments {
  @Option(help: "Embeddings of the queries.")
  var queries: String

  @Option(help: "Embeddings of the documents.")
  var documents: String

  @Option(
    help: """
      Which belong together: .npy I64 [n,2] of query row and document row, or [n,3] with a grade. \
      (default: row i and row i)
      """)
  var pairs: String?

  /// The files.
  var inputs: [String?] { [queries, documents, pairs] }

  /// Reads the relevance for so many queries and documents.
  ///
  /// - Throws: `ContrastiveError`.
  func relevance(queries: Int, documents: Int) throws(ContrastiveError) -> Relevance {
    guard let pairs else {
      return try Relevance(rowByRow: queries, documents: documents)
    }
    return try Relevance(
      PairFile.judgments(path: pairs), queries: queries, documents: documents, argument: pairs)
  }
}

/// Pairs of query and document rows in .npy files.
enum PairFile {
  /// Reads judgments of whole numbers [n,2], or [n,3] with grades.
  ///
  /// - Throws: `ContrastiveError`: `.file`, `.shape`, `.index`.
  static func judgments(path: String) throws(ContrastiveError) -> [Relevance.Judgment] {
    let tensor = try NPYFile.read(path: path)
    guard tensor.shape.count == 2, 2...3 ~= tensor.shape[1] else {
      throw .shape(
        argument: path, found: tensor.summary,
        expected: "[pairs × 2], query and document, or [pairs × 3] with a grade")
    }
    let width = tensor.shape[1]
    let flat = try Tensor(shape: [tensor.elements.count], elements: tensor.elements)
      .int64s(argument: path).map(Int.init)
    return stride(from: 0, to: flat.count, by: width).map { place in
      Relevance.Judgment(
        query: flat[place], document: flat[place + 1], grade: width == 3 ? flat[place + 2] : 1)
    }
  }
}
