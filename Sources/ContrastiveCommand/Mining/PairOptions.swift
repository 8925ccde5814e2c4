import ArgumentParser
import Contrastive
import ContrastiveCalls
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
    try Relevance.Judgment.all(in: NPYFile.read(path: path), argument: path)
  }
}
