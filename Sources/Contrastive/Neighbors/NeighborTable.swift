/// The nearest bank rows of each query: similarity descending, then index ascending.
///
/// Every row is compared, and what is ruled out is ruled out by bounds that include rounding. Dot
/// products in Double decide the order; `similarities` has them rounded to Float32.
public struct NeighborTable: Sendable {
  /// Number of queries.
  package let rows: Int
  /// Neighbors of each.
  package let k: Int
  /// [rows × k], row-major: indices of bank rows.
  public let indices: [Int]
  /// [rows × k]: their dot products with the query; of unit rows within −1 … 1.
  public private(set) var similarities: Matrix
  /// Share of all pairs whose dot products had to be taken in Double: what bounds left open, the
  /// neighbors included.
  package let decidedShare: Double

  /// Search of all rows by inner product; on unit rows that is cosine similarity.
  ///
  /// Exact in the sense of dot products in Double: products of codes, or in Float32, bound
  /// every similarity, and what the bounds leave open is decided in Double. The result has the same
  /// bits on every processor. Complexity: O(queries · bank · dimension). Scratch beyond the result:
  /// 24 · (k + 50) bytes a query, 2 · D bytes of codes a row of the bank, at most 128 MiB, and
  /// tiles.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - bank: [M × D].
  ///   - k: 1 … M.
  ///   - memory: most bytes of candidates and codes held at once; no effect on the result.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.parameter`.
  public init(
    nearestTo queries: Matrix, in bank: Matrix, k: Int, memory: Int? = nil,
    workers: Workers = .all
  ) throws(ContrastiveError) {
    let rows = Operand("queries", queries)
    let columns = Operand("bank", bank)
    try rows.requireRows()
    try columns.requireRows()
    try columns.requireDimension(of: rows)
    try requireParameter(1...bank.rows ~= k, "k", k, "1 … \(bank.rows), the bank's rows")
    self.init(
      try SimilaritySearch(k: k, rows: rows, columns: columns, memory: memory)
        .run(workers: workers),
      rows: queries.rows, k: k)
    clampCosines(queries, bank, workers)
  }

  /// The kNN graph of a set: the nearest others of each row, by inner product.
  ///
  /// Each pair of rows is compared once, and decided as in a search. Complexity:
  /// O(rows² · dimension). Scratch beyond the result: 24 · (k + 50) bytes and 4 · D bytes of codes
  /// a row, and tiles.
  ///
  /// - Parameters:
  ///   - embeddings: [N × D].
  ///   - k: 1 … N − 1.
  ///   - memory: most bytes of candidates and codes held at once; where that is too little for each
  ///     pair to be compared once, each is compared twice. No effect on the result.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.parameter`.
  public init(
    graphOf embeddings: Matrix, k: Int, memory: Int? = nil, workers: Workers = .all
  ) throws(ContrastiveError) {
    let rows = Operand("embeddings", embeddings)
    try rows.requireRows()
    try requireParameter(
      k >= 1 && k < embeddings.rows, "k", k, "1 … \(embeddings.rows - 1), the other rows")
    let needed = embeddings.rows * SimilaritySearch.bytes(k: k, dimension: embeddings.columns)
    let found =
      if let memory, needed > memory {
        try SimilaritySearch(
          k: k, rows: rows, columns: rows, excluding: [.diagonal], memory: memory
        ).run(workers: workers)
      } else {
        try SimilaritySearch.graph(of: rows, k: k, workers: workers)
      }
    self.init(found, rows: embeddings.rows, k: k)
    clampCosines(embeddings, embeddings, workers)
  }

  private init(_ found: SimilaritySearch.Found, rows: Int, k: Int) {
    self.rows = rows
    self.k = k
    indices = found.columns
    similarities = Matrix(rows: rows, columns: k, sharing: found.similarities.map { Float($0) })
    decidedShare = found.survivors
  }

  /// Of unit rows, brings similarities that rounding has put beyond ±1 back.
  private mutating func clampCosines(_ queries: Matrix, _ bank: Matrix, _ workers: Workers) {
    // Float32 rows are unit within 2⁻²².
    let areUnit = [queries, bank].allSatisfy { rows in
      rows.squaredNorms(workers: workers).allSatisfy { $0 <= 1 + 0x1p-20 }
    }
    guard areUnit else { return }
    similarities.withUnsafeMutableBufferPointer { values in
      for place in values.indices { values[place] = min(max(values[place], -1), 1) }
    }
  }

  /// The neighbors of one query, nearest first.
  public func indices(of row: Int) -> ArraySlice<Int> { indices[(row * k)..<((row + 1) * k)] }

  /// Of a graph: whether each listed neighbor lists the row, too; [rows × k], row-major.
  ///
  /// Complexity: O(rows · k²).
  package var mutual: [Bool] {
    (0..<rows).flatMap { row in
      indices(of: row).map { $0 < rows && indices(of: $0).contains(row) }
    }
  }
}
