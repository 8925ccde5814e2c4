import ContrastiveKernels

/// What finds the pairs of a tile that may be similar enough.
protocol TileScreen: Sendable {
  /// What a block of rows needs to be screened.
  associatedtype Block: Sendable

  /// Floats of scratch that a tile takes.
  func scratch(rows: Int, columns: Int) -> Int

  /// Prepares a block of rows.
  func block(_ rows: Range<Int>) -> Block

  /// Lists the pairs whose upper bound reaches the row's threshold or the column's, counted from
  /// the first row and column of the tile; returns how many.
  func sift(
    _ block: Block, _ columns: Range<Int>, rowThresholds: UnsafePointer<Float>,
    columnThresholds: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    into pairs: UnsafeMutablePointer<ContrastivePair>
  ) -> Int

  /// Calls `body` with how far below its upper bound the similarity of a pair can be, for a span of
  /// columns.
  func withGaps<R>(_ block: Block, _ columns: Range<Int>, _ body: (BoundGaps) -> R) -> R
}

/// How far below their upper bounds the similarities of a block's rows and some columns can be.
struct BoundGaps {
  let rows: UnsafePointer<Float>
  /// Of the columns, times `reach`; nil where it is the same whatever the column.
  let columns: UnsafePointer<Float>?
  let reach: Float

  /// The first row and column have the number 0.
  @inline(__always) subscript(row: Int, column: Int) -> Float {
    guard let columns else { return rows[row] }
    return rows[row] + reach * columns[column]
  }
}

/// Screens with products of codes.
struct CodeScreen: TileScreen {
  private let product: CodeProduct
  private let rows: SharedReadOnlyMemory<Float>
  private let rowCenter: [Float]
  private let columnCenter: [Float]
  private let columns: PackedColumns
  /// The norm of the centers.
  private let centers: Double
  /// ⟨row center, column center⟩.
  private let constant: Double
  private let slack: Double

  /// Screens rows less their center against columns that are coded less theirs.
  ///
  /// A similarity can be `slack` from the dot product of its row and column.
  init(
    rows: SharedReadOnlyMemory<Float>, rowCenter: [Float], columns: PackedColumns,
    columnCenter: [Float], slack: Double = 0, product: CodeProduct
  ) {
    self.rows = rows
    self.rowCenter = rowCenter
    self.columns = columns
    self.columnCenter = columnCenter
    self.slack = slack
    self.product = product
    func norm(_ center: [Float]) -> Double {
      center.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    centers = norm(rowCenter) + norm(columnCenter)
    constant = zip(rowCenter, columnCenter).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// Screens all rows of a set less a center against one another, as columns in the grid's blocks.
  init(
    of values: SharedReadOnlyMemory<Float>, in grid: SymmetricGrid, center: [Float],
    product: CodeProduct, workers: Workers
  ) {
    self.init(
      rows: values, rowCenter: center,
      columns: PackedColumns(
        values, 0..<grid.rows, center: center, other: center, run: grid.rowsPerBlock,
        for: product, workers: workers),
      columnCenter: center, product: product)
  }

  struct Block: Sendable {
    let rows: Int
    let packed: PackedCodes
    let scales: [Float]
    /// Constant part and upper bound of what the row's own residual adds.
    let offsets: [Float]
    /// Twice what the row's own residual and rounding can be off by.
    let gaps: [Float]
    /// The largest ‖row‖ + ‖residual‖.
    let reach: Double
  }

  func scratch(rows: Int, columns: Int) -> Int {
    columns
  }

  func block(_ range: Range<Int>) -> Block {
    let coded = CodedRows(
      rows, rows: range, center: rowCenter, other: columnCenter, for: product, workers: .one)
    let reach = zip(coded.norms, coded.residuals).reduce(0) { max($0, $1.0 + $1.1) }
    let dimension = Double(rowCenter.count)
    let largest = columns.largestNorm + columns.largestResidual + centers
    let errors = (0..<coded.count).map { row in
      let norm = coded.norms[row] + coded.residuals[row]
      // Beyond this a part of the bound may leave Float32: nothing is ruled out.
      guard (norm + centers) * largest < 1e37 else { return Double.infinity }
      // Seven operations in Float32 on values, and sums of products in Double of whole vectors.
      let rounding =
        0x1p-21
        * (norm * (columns.largestNorm + columns.largestResidual) + abs(coded.offsets[row])
          + abs(constant) + columns.largestOffset + reach * columns.largestResidual)
        + dimension * 0x1p-51 * (norm + centers) * (columns.largestNorm + centers)
      return coded.residuals[row] * columns.largestNorm + rounding + slack + 0x1p-120
    }
    return Block(
      rows: coded.count, packed: PackedCodes(rows: coded, for: product), scales: coded.scales,
      offsets: zip(coded.offsets, errors).map { ($0 + constant + $1).roundedUp },
      gaps: errors.map { ($0 * Self.twice).roundedUp }, reach: reach)
  }

  func sift(
    _ block: Block, _ span: Range<Int>, rowThresholds: UnsafePointer<Float>,
    columnThresholds: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    into pairs: UnsafeMutablePointer<ContrastivePair>
  ) -> Int {
    let first = columns.place(span.lowerBound)
    let (offsets, reach) = (scratch, block.reach.roundedUp)
    [columns.offsets, columns.residuals].withSharedMemories { own in
      for column in 0..<span.count {
        offsets[column] = own[0][first + column] + reach * own[1][first + column]
      }
    }
    return [block.scales, columns.scales, block.offsets].withSharedMemories { own in
      product.table.pointee.sift(
        block.rows, span.count, columns.units, block.packed.base,
        columns.codes(from: span.lowerBound),
        ContrastiveSide(scales: own[0].base, offsets: own[2].base, thresholds: rowThresholds),
        ContrastiveSide(scales: own[1] + first, offsets: offsets, thresholds: columnThresholds),
        pairs)
    }
  }

  /// Rounding is in the errors, as often as an upper bound is rounded; this is for that of a gap.
  private static let twice = 2 + 0x1p-20

  func withGaps<R>(_ block: Block, _ span: Range<Int>, _ body: (BoundGaps) -> R) -> R {
    [block.gaps, columns.residuals].withSharedMemories { own in
      body(
        BoundGaps(
          rows: own[0].base, columns: own[1] + columns.place(span.lowerBound),
          reach: (block.reach * Self.twice).roundedUp))
    }
  }
}

/// Screens with products in Float32.
///
/// ```
/// |computed − ⟨x, y⟩| ≤ (D + 16) · 2⁻²⁴ · ‖x‖ · ‖y‖
/// ```
/// whatever the order of the sum (see `MatrixProduct.rounding`).
struct FloatScreen: TileScreen {
  private let rows: SharedReadOnlyMemory<Float>
  private let columns: SharedReadOnlyMemory<Float>
  private let dimension: Int
  private let product: MatrixProduct
  /// How far off a similarity of a row can be, whatever the column.
  let errors: [Double]
  /// Twice that, and what rounding the upper bound can have added.
  private let gaps: [Float]
  private let kernels = RowKernels.best

  init(
    rows: SharedReadOnlyMemory<Float>, columns: SharedReadOnlyMemory<Float>, dimension: Int,
    slack: Double = 0, workers: Workers
  ) {
    self.rows = rows
    self.columns = columns
    self.dimension = dimension
    product = workers.product
    let largest = Self.norms(columns, dimension, workers).max() ?? 0
    let relative = MatrixProduct.rounding(dimension: dimension)
    errors = Self.norms(rows, dimension, workers).map { relative * $0 * largest + slack + 0x1p-120 }
    gaps = errors.map { (3 * $0).roundedUp }
  }

  private static func norms(
    _ values: SharedReadOnlyMemory<Float>, _ dimension: Int, _ workers: Workers
  ) -> [Double] {
    let found = SharedArray<Double>(repeating: 0, count: values.count / dimension)
    let norms = found.memory
    workers.forEachRun(of: norms.count, size: 256) { run in
      for row in run {
        let own = values + row * dimension
        norms[row] = RowKernels.best.dot(own, own, count: dimension).squareRoot()
      }
    }
    return found.elements
  }

  struct Block: Sendable {
    let rows: Range<Int>
  }

  func scratch(rows: Int, columns: Int) -> Int { rows * columns + 2 * columns }

  func block(_ rows: Range<Int>) -> Block { Block(rows: rows) }

  func sift(
    _ block: Block, _ span: Range<Int>, rowThresholds: UnsafePointer<Float>,
    columnThresholds: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    into pairs: UnsafeMutablePointer<ContrastivePair>
  ) -> Int {
    let range = block.rows
    // Keys first: they are aligned as the scratch is.
    let values = scratch + 2 * span.count
    product.gemm(
      .plain, .transposed, rows: range.count, columns: span.count, depth: dimension,
      rows + range.lowerBound * dimension, stride: dimension,
      columns + span.lowerBound * dimension, stride: dimension, into: values, stride: span.count)
    var least = Float.infinity
    for column in 0..<span.count { least = min(least, columnThresholds[column]) }
    var count = 0
    scratch.withMemoryRebound(to: UInt64.self, capacity: span.count) { keys in
      for row in 0..<range.count {
        let error = errors[range.lowerBound + row]
        let threshold = (Double(min(rowThresholds[row], least)) - error).roundedDown
        let found = kernels.filter(
          values + row * span.count, count: span.count, from: threshold, firstIndex: 0, into: keys)
        for place in 0..<found {
          pairs[count] = ContrastivePair(
            row: UInt32(row), column: UInt32(RankKey.index(keys[place])),
            value: (Double(RankKey.value(keys[place])) + error).roundedUp)
          count += 1
        }
      }
    }
    return count
  }

  func withGaps<R>(_ block: Block, _ span: Range<Int>, _ body: (BoundGaps) -> R) -> R {
    gaps.withSharedMemory {
      body(BoundGaps(rows: $0 + block.rows.lowerBound, columns: nil, reach: 0))
    }
  }
}
