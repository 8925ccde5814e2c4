/// The nearest bank rows of each query: similarity descending, then index ascending.
///
/// Every row is compared, none is ruled out by an approximation. Similarities are products in
/// Float32: rows whose true similarities differ by less than 4 · 2⁻²³ · √D · ‖query‖ · ‖row‖ may
/// stand in either order, rows that differ by more never do.
public struct NeighborTable: Sendable {
  /// Number of queries.
  public let rows: Int
  /// Neighbors of each.
  public let k: Int
  /// [rows × k], row-major: indices of bank rows.
  public let indices: [Int]
  /// [rows × k]: their dot products with the query; of unit rows within −1 … 1.
  public private(set) var similarities: Matrix

  /// Search of all rows by inner product; on unit rows that is cosine similarity.
  ///
  /// Complexity: 2 · queries · bank · dimension floating-point operations. Scratch beyond the
  /// result: the tiles, and 8 · (2 k + 64) bytes for each row of the blocks at work.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - bank: [M × D].
  ///   - k: 1 … M.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.parameter`.
  public init(
    nearestTo queries: Matrix, in bank: Matrix, k: Int, workers: Workers = .all
  ) throws(ContrastiveError) {
    let rows = Operand("queries", queries)
    let columns = Operand("bank", bank)
    try rows.requireRows()
    try columns.requireRows()
    try columns.requireDimension(of: rows)
    try requireParameter(1...bank.rows ~= k, "k", k, "1 … \(bank.rows), the bank's rows")
    self.init(
      try RectanglePass(rows: rows, columns: columns).read(TopKReader(k: k), workers: workers),
      rows: queries.rows, k: k)
    clampCosines(queries, bank, workers)
  }

  /// The kNN graph of a set: the nearest others of each row, by inner product.
  ///
  /// Each pair of rows is compared once. Complexity: rows² · dimension floating-point operations.
  /// Scratch beyond the result: the tiles and 8 · (2 k + 64) bytes a row.
  ///
  /// - Parameters:
  ///   - embeddings: [N × D].
  ///   - k: 1 … N − 1.
  ///   - memory: most bytes of what is known of the rows while pairs are compared; where that is
  ///     too little for each pair to be compared once, each is compared twice. No effect on the
  ///     result.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`, `.parameter`.
  public init(
    graphOf embeddings: Matrix, k: Int, memory: Int? = nil, workers: Workers = .all
  ) throws(ContrastiveError) {
    let rows = Operand("embeddings", embeddings)
    try rows.requireRows()
    try requireParameter(
      k >= 1 && k < embeddings.rows, "k", k, "1 … \(embeddings.rows - 1), the other rows")
    let reader = TopKReader(k: k, excluding: [.diagonal])
    let needed = 8 * (2 * k + 64) * embeddings.rows
    let isTight = memory.map { needed > $0 } ?? false
    self.init(
      isTight
        ? try SymmetricPass(rows).readRowByRow(reader, workers: workers)
        : try SymmetricPass(rows).read(reader, workers: workers),
      rows: embeddings.rows, k: k)
    clampCosines(embeddings, embeddings, workers)
  }

  private init(_ blocks: [TopKReader.Statistics], rows: Int, k: Int) {
    self.rows = rows
    self.k = k
    var indices: [Int] = []
    indices.reserveCapacity(rows * k)
    for block in blocks { indices.append(contentsOf: block.keys.lazy.map(RankKey.index)) }
    self.indices = indices
    similarities = Matrix(
      rows: rows, columns: k, sharing: blocks.flatMap { $0.keys.lazy.map(RankKey.value) })
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
  public var mutual: [Bool] {
    (0..<rows).flatMap { row in
      indices(of: row).map { $0 < rows && indices(of: $0).contains(row) }
    }
  }
}
