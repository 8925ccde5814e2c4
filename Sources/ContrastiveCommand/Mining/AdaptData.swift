import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveFiles
import ContrastiveTraining

/// What `contrastive adapt` trains on.
struct AdaptData {
  let queries: Matrix
  let documents: Matrix
  let pairs: [(query: Int, document: Int)]
  /// Whether queries and documents are one set.
  let isOneSet: Bool
  private let queryTexts: [String]?
  private let documentTexts: [String]?

  init(_ command: AdaptCommand, workers: Workers) throws {
    queries = try EmbeddingFiles.matrix(path: command.queries)
    queryTexts = try Self.texts(command.queryTexts, queries.rows)
    if let positives = command.positives {
      guard command.documents == nil, command.pairs == nil else {
        throw ValidationError(
          "--positives makes pairs of --queries alone, without --documents "
            + "and --pairs")
      }
      let made: (documents: Matrix, pairs: [(query: Int, document: Int)])
      do throws(ContrastiveError) {
        made =
          positives == .neighbors
          ? try MadePairs.neighbors(
            queries, count: command.neighbors ?? 5, seed: command.training.seed, workers: workers)
          : try MadePairs.clusters(
            queries, count: command.clusters, seed: command.training.seed, workers: workers)
      } catch {
        throw error.naming(["embeddings": command.queries])
      }
      (documents, pairs) = made
      isOneSet = positives == .neighbors
      documentTexts =
        isOneSet
        ? queryTexts : (0..<documents.rows).map { "cluster \($0)" }
      return
    }
    guard let path = command.documents else {
      throw ValidationError("--documents is missing; --positives does without")
    }
    documents = try EmbeddingFiles.matrix(path: path)
    isOneSet = false
    documentTexts = try Self.texts(command.documentTexts, documents.rows)
    if let file = command.pairs {
      let judgments = try PairFile.judgments(path: file)
      // Numbers outside are refused by name.
      _ = try Relevance(
        judgments, queries: queries.rows, documents: documents.rows, argument: file)
      pairs = try Relevance.Judgment.pairs(of: judgments, argument: file)
    } else {
      _ = try Relevance(
        rowByRow: queries.rows, documents: documents.rows, argument: path)
      pairs = (0..<queries.rows).map { ($0, $0) }
    }
  }

  private static func texts(_ path: String?, _ rows: Int) throws(ContrastiveError) -> [String]? {
    guard let path else { return nil }
    let texts = try TextRows.read(path: path)
    guard texts.count == rows else {
      throw .shape(
        argument: path, found: "\(texts.count) texts", expected: "\(rows), one for each row")
    }
    return texts
  }

  /// What a pair's query and document are called.
  func names(ofPair number: Int) -> (query: String, document: String) {
    let pair = pairs[number]
    return (
      queryTexts?[pair.query] ?? "row \(pair.query)",
      documentTexts?[pair.document] ?? "row \(pair.document)"
    )
  }
}
