/// Codes in the middle of Sinkhorn's iterations, with a factor for each row and column still to be
/// multiplied in.
///
/// Right after a normalization in logarithms every row sums to 1 and every column holds a code of
/// at least 1 / (B · K), so that no sum is lost in what Float32 cannot hold.
struct ScaledCodes {
  private var values: Matrix
  private let workers: Workers
  /// The columns' factors.
  private(set) var columns: [Double]
  /// The rows' factors.
  private(set) var rows: [Double]
  /// Σ_b code · row factor of each column.
  private var columnSums: [Double] = []

  /// Rows of a piece: they stay in a cache while they are gone over twice.
  private static let piece = 64
  /// Beyond such factors a code that Float32 rounded to 0 may come to matter.
  private static let maxStretch = 1e6

  init(_ values: consuming Matrix, workers: Workers) {
    columns = [Double](repeating: 1, count: values.columns)
    rows = [Double](repeating: 1, count: values.rows)
    self.values = values
    self.workers = workers
    addUp(dividingRows: false)
  }

  /// Whether factors have grown so far that they should go into the logarithms.
  var isStretched: Bool {
    let usual = (1 / Self.maxStretch)...Self.maxStretch
    return !columns.allSatisfy(usual.contains) || !rows.allSatisfy(usual.contains)
  }

  /// Makes columns have the same sum, then rows sum to 1.
  mutating func normalize() {
    columns = columnFactors
    addUp(dividingRows: true)
  }

  /// The same for the last time: the codes of some rows.
  consuming func normalized(_ wanted: Range<Int>) -> Matrix {
    let columns = columnFactors
    // In place where all are wanted: fresh memory costs as much as the products.
    if wanted != 0..<values.rows { values = values.rows(wanted) }
    let count = values.columns
    values.withMutableSharedMemory { codes in
      workers.forEachRun(of: wanted.count, size: Self.piece) { run in
        for row in run {
          let own = codes + row * count
          let sum = SinkhornKernels.best.weightedSum(own, factors: columns, count: count)
          SinkhornKernels.best.scale(own, by: columns, and: 1 / sum, count: count, into: own)
        }
      }
    }
    return values
  }

  /// What gives all columns the sum at which rows sum to 1 on average, so that no factor drifts.
  private var columnFactors: [Double] {
    let each = Double(values.rows) / Double(max(1, values.columns))
    return columnSums.map { each / $0 }
  }

  /// Goes over all codes once: each row's factor from the columns', then the sums of the columns,
  /// piece by piece and merged in their order.
  private mutating func addUp(dividingRows: Bool) {
    let (count, columns) = (values.columns, columns)
    let cuts = pieces(values.rows, Self.piece)
    let sums = SharedArray(repeating: 0.0, count: cuts * count)
    let totals = sums.memory
    values.withSharedMemory { values in
      rows.withMutableSharedMemory { rows in
        workers.forEachUntilCanceled(cuts) { cut, _ in
          for row in (cut * Self.piece)..<min(rows.count, (cut + 1) * Self.piece) {
            let own = values + row * count
            if dividingRows {
              rows[row] =
                1 / SinkhornKernels.best.weightedSum(own, factors: columns, count: count)
            }
            SinkhornKernels.best.addScaled(
              own, count: count, factor: rows[row], to: totals + cut * count)
          }
        }
      }
    }
    columnSums = (0..<count).map { totals[$0] }
    for cut in 1..<max(1, cuts) {
      for column in 0..<count { columnSums[column] += totals[cut * count + column] }
    }
  }
}
