import Contrastive
import ContrastiveFiles

/// What `contrastive knn` and `contrastive graph` share: the output file and the report.
struct SearchReport: Report {
  let rows: Int
  let k: Int
  let seconds: Double
  let gflops: Double
  let mutual: Int?
  /// Share of all pairs that were decided in Double.
  let decidedShare: Double

  enum CodingKeys: String, CodingKey {
    case rows, k, seconds, mutual
    case gflops = "gflop_per_second"
    case decidedShare = "decided_share"
  }

  /// Times a search, writes its table and prints the report.
  ///
  /// - Parameters:
  ///   - output: safetensors file for `neighbors` I64 [N, k] and `similarities` F32 [N, k].
  ///   - csv: file for the same as lines, if any.
  ///   - operations: floating-point operations of the search.
  ///   - withMutual: whether to add `mutual` U8 [N, k] and count it.
  ///   - options: how to print the report.
  ///   - search: the search.
  /// - Throws: `ContrastiveError`.
  static func run(
    output: OutputFile, csv: OutputFile?, operations: Double, withMutual: Bool,
    options: ReportOptions,
    search: () throws -> NeighborTable
  ) throws {
    let (table, seconds) = try timed { try search() }
    let shape = [table.rows, table.k]
    var tensors = [
      "neighbors": try Tensor(shape: shape, elements: .int64(table.indices.map(Int64.init))),
      "similarities": Tensor(table.similarities),
    ]
    let mutual = withMutual ? table.mutual : nil
    if let mutual {
      tensors["mutual"] = try Tensor(shape: shape, elements: .uint8(mutual.map { $0 ? 1 : 0 }))
    }
    try output.write(tensors)
    try csv?.write { line throws(ContrastiveError) in
      try line("row,rank,neighbor,similarity" + (mutual == nil ? "" : ",mutual"))
      for place in table.indices.indices {
        let (row, rank) = place.quotientAndRemainder(dividingBy: table.k)
        try line(
          "\(row),\(rank),\(table.indices[place]),\(table.similarities[row, rank])"
            + (mutual.map { $0[place] ? ",1" : ",0" } ?? ""))
      }
    }
    let report = SearchReport(
      rows: table.rows, k: table.k, seconds: seconds, gflops: operations / seconds / 1e9,
      mutual: mutual?.count { $0 }, decidedShare: table.decidedShare)
    try options.print(report, beside: output, csv)
  }

  var lines: [String] {
    [
      "\(rows) rows, \(k) neighbors each, \(fixed(seconds, 3)) s, "
        + "\(fixed(gflops, 1)) GFLOP/s, \(fixed(100 * decidedShare, 2)) % of the pairs decided in "
        + "Double" + (mutual.map { ", \($0) mutual" } ?? "")
    ]
  }
}
