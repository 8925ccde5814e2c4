/// The nearest bank rows of each query: similarity descending, then index ascending.
public struct NeighborTable: Sendable {
  /// Number of queries.
  public let rows: Int
  /// Neighbours of each.
  public let k: Int
  /// [rows × k], row-major: indices of bank rows.
  public let indices: [Int]
  /// [rows × k]: their dot products with the query.
  public let similarities: Matrix

  /// Exact search by inner product; on unit rows that is cosine similarity.
  ///
  /// Complexity: 2 · queries · bank · dimension floating-point operations. Scratch beyond the result:
  /// the engine's tiles, and 4 KiB + 16 k bytes for each row of the blocks at work.
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
    guard 1...bank.rows ~= k else {
      throw .parameter(name: "k", found: "\(k)", expected: "1 … \(bank.rows), the bank's rows")
    }
    let blocks = try TiledSweep(rows: rows, columns: columns).run(
      TopK(k: k), accumulating: false, workers: workers
    ).blocks
    self.rows = queries.rows
    self.k = k
    var indices: [Int] = []
    indices.reserveCapacity(queries.rows * k)
    for block in blocks { indices.append(contentsOf: block.keys.lazy.map(RankKey.index)) }
    self.indices = indices
    similarities = Matrix(
      rows: queries.rows, columns: k,
      sharing: blocks.flatMap { $0.keys.lazy.map(RankKey.value) })
  }

  /// The neighbours of one query, nearest first.
  public func indices(of row: Int) -> ArraySlice<Int> { indices[(row * k)..<((row + 1) * k)] }
}
