/// Orders the columns near a rank by their dot products in Double.
struct RankResolver: Sendable {
  let rows: Matrix
  let columns: Matrix
  let exclusions: [Exclusion]
  private let rowNorms: [Double]
  private let largestNorm: Double

  init(rows: Matrix, columns: Matrix, _ exclusions: [Exclusion]) {
    self.rows = rows
    self.columns = columns
    self.exclusions = exclusions
    rowNorms = rows.rowDots(rows).map { $0.squareRoot() }
    largestNorm = (columns.rowDots(columns).max() ?? 0).squareRoot()
  }

  /// Four times what a Float32 similarity of a row may be off by: two of one pass may be disordered
  /// by twice that, and another pass may move each again.
  func rounding(of row: Int) -> Float {
    let relative = 4 * MatrixProduct.rounding(dimension: rows.columns)
    // The constant stands above what underflow in the products can lose.
    return Float(min(relative * rowNorms[row] * largestNorm + 0x1p-120, 1e37))
  }

  /// The boundaries at each row's ranks.
  func resolve(
    _ found: [[RankSearch.Outcome]], ranks: [[Int]], firstRow: Int, workers: Workers
  ) -> [[RankBoundary]] {
    workers.map(found.count) { place in
      zip(found[place], ranks[place]).map { outcome, rank in
        switch outcome {
        case .found(let above, let keys):
          let near = keys.map { self.near(firstRow + place, RankKey.index($0)) }
          return boundary(near, place: rank - above)
        case .crowded:
          return scan(firstRow + place, rank)
        }
      }
    }
  }

  private func boundary(_ near: [RankBoundary.Near], place: Int) -> RankBoundary {
    let sorted = near.sorted { ($0.similarity, $1.column) > ($1.similarity, $0.column) }
    return RankBoundary(
      similarity: sorted[place].similarity, column: sorted[place].column, near: near)
  }

  /// Ranks all columns of a row in Double.
  private func scan(_ row: Int, _ rank: Int) -> RankBoundary {
    let all = exclusions.included(row: row, columns: columns.rows).map { near(row, $0) }
    var boundary = boundary(all, place: rank)
    let (level, band) = (boundary.similarity, Double(rounding(of: row)))
    boundary.near.removeAll { abs($0.similarity - level) > band }
    return boundary
  }

  private func near(_ row: Int, _ column: Int) -> RankBoundary.Near {
    RankBoundary.Near(column: column, similarity: rows.dot(row, with: columns, column))
  }
}
