import Contrastive

/// Trained heads for embeddings of queries and of documents.
///
/// Rows are normalized, go through the head of their side, and are normalized again, so that the
/// inner product of an adapted query and an adapted document is their cosine. A side without a head
/// is normalized only.
public struct Adapter: Sendable, Equatable {
  /// Which side a head is on.
  public enum Sides: String, CaseIterable, Sendable, Codable {
    /// The queries' alone: documents need no change.
    case queries
    /// A head of its own for each.
    case both
    /// One head for both.
    case shared
  }

  /// A side of the search.
  public enum Side: String, CaseIterable, Sendable {
    /// The rows that search, or those that are found.
    case queries, documents
  }

  /// Which side a head is on.
  public let sides: Sides
  /// The queries' head, or that of both.
  public internal(set) var queries: AdapterHead
  /// The documents' own head; nil unless `sides` is `both`.
  public internal(set) var documents: AdapterHead?
  /// Dimension of the embeddings.
  public let dimension: Int

  /// Heads that change nothing.
  ///
  /// - Parameters:
  ///   - head: what a head is made of.
  ///   - sides: which side a head is on.
  ///   - dimension: of the embeddings, at least 1.
  ///   - hidden: units between the two layers of `mlp`; nil for `dimension`.
  ///   - seed: of the first layer of `mlp`.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    _ head: AdapterHead.Kind = .linear, sides: Sides = .queries, dimension: Int,
    hidden: Int? = nil, seed: UInt64 = 0
  ) throws(ContrastiveError) {
    self.sides = sides
    self.dimension = dimension
    queries = try AdapterHead(head, dimension: dimension, hidden: hidden, seed: seed)
    if sides == .both {
      documents = try AdapterHead(head, dimension: dimension, hidden: hidden, seed: seed &+ 1)
    }
  }

  /// The head of a side, if it has one.
  func head(of side: Side) -> AdapterHead? {
    switch (side, sides) {
    case (.queries, _), (.documents, .shared): queries
    case (.documents, .both): documents
    case (.documents, .queries): nil
    }
  }

  /// Adapts rows of one side.
  ///
  /// Complexity: 2 · rows · D² floating-point operations, 4 · rows · D · hidden for `mlp`.
  ///
  /// - Parameters:
  ///   - rows: [N × D], none of them zeros; of any length.
  ///   - side: whose they are.
  ///   - argument: the name of the rows in errors.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [N × D], unit rows.
  /// - Throws: `ContrastiveError`: `.shape`, `.nonFinite`, `.zeroNorm`, also for a row that a head
  ///   sends to zero.
  public func apply(
    to rows: Matrix, side: Side, argument: String = "vectors", workers: Workers = .all
  ) throws(ContrastiveError) -> Matrix {
    try requireShape(
      rows.columns == dimension, argument, rows.shape,
      "[any × \(dimension)], as the adapter was trained on")
    let unit = try rows.normalized(argument: argument).rows
    guard let head = head(of: side) else { return unit }
    return try head.forward(unit, workers: workers).outputs.normalized(argument: argument).rows
  }
}
