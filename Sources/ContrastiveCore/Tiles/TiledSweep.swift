/// THE loop: walks rows × columns in tiles and shows each to a consumer.
///
/// ```
/// for each unit (row block, chunk), shared among the workers:
///   for each column tile of the chunk:
///     S ← rows · columnsᵀ                     one single-threaded sgemm
///     consumer.consume(S)                     S becomes coefficients
///     A ← diag(rescale) · A + S · columns     one more, when accumulating
/// merge the chunks of each row block, in order
/// ```
/// Where rows and columns are one set, `symmetric` computes each pair once: a tile is then shown to
/// the consumer for its rows and, mirrored, for its columns. Where they are two sets of the same
/// size, `crossing` accumulates for both in one sweep.
///
/// The rows × columns matrix never exists; `scratchBytes` states what does. The outcome is the same
/// to the bit for any number of workers. Elements that are not finite, or too large for a dot
/// product, are found on the way and named.
///
/// Gradients for columns of another number are the same loop with the two operands exchanged.
package struct TiledSweep: Sendable {
  package let rows: Operand
  package let columns: Operand
  private let shape: Shape

  private enum Shape {
    case rectangle(TileGrid)
    case triangle(SymmetricGrid)
    case cross(CrossGrid, servesColumns: Bool)
  }

  /// Every row against every column; both operands must have the same dimension.
  ///
  /// Columns in half precision are widened a tile at a time, which takes
  /// `4 · tileColumns · dimension` more bytes of scratch for each worker.
  package init(rows: Operand, columns: Operand) {
    precondition(rows.dimension == columns.dimension)
    self.rows = rows
    self.columns = columns
    shape = .rectangle(TileGrid(rows: rows.rows, columns: columns.rows))
  }

  /// Every row against every row, itself included, each pair computed once.
  package init(symmetric rows: Operand) {
    self.rows = rows
    columns = rows
    shape = .triangle(SymmetricGrid(rows: rows.rows))
  }

  /// Every row against every column of a set of the same size, each tile serving both.
  ///
  /// In a sweep that accumulates, a coefficient is that of the pair: it is accumulated for the row
  /// times the column, and for the column times the row. The consumer must leave what was
  /// accumulated before as it is.
  ///
  /// - Parameters:
  ///   - rows: first of the accumulated rows.
  ///   - columns: in Float32.
  ///   - bothWays: whether a consumer that does not accumulate is shown tiles for their columns
  ///     too; the columns' blocks then follow the rows'.
  package init(crossing rows: Operand, _ columns: Operand, bothWays: Bool) {
    precondition(rows.dimension == columns.dimension && rows.rows == columns.rows)
    precondition(columns.half == nil)
    self.rows = rows
    self.columns = columns
    shape = .cross(CrossGrid(rows: rows.rows), servesColumns: bothWays)
  }

  /// What a sweep found: the consumer's knowledge of each row block, and the accumulated rows.
  package struct Outcome<Partial: Sendable>: Sendable {
    package let blocks: [Partial]
    /// Rows of each block but a set's last, which may have fewer.
    package let rowsPerBlock: Int
    /// Of the rows; where a sweep is `crossing`, followed by those of the columns.
    package let accumulated: Matrix?
  }

  /// Bytes of scratch `run` holds at most; see `TileGrid` and `MeetingGrid`.
  package func scratchBytes(accumulating: Bool, workers: Workers) -> Int {
    switch shape {
    case .rectangle(let grid):
      grid.scratchBytes(
        dimension: rows.dimension, accumulating: accumulating, workers: workers)
        + 4 * min(workers.count, max(grid.units, 1))
        * ColumnMemory.packingSize(of: columns, columns: grid.tileColumns)
    case .triangle(let grid): grid.scratchBytes(workers: workers)
    case .cross(let grid, _): grid.scratchBytes(workers: workers)
    }
  }

  /// Runs the loop; `accumulating` asks for the sum of coefficient × column for each row.
  ///
  /// Complexity: 2 · rows · columns · dimension floating-point operations (half of it for a
  /// symmetric sweep) and 2 · rows · columns · dimension more when accumulating.
  ///
  /// - Parameters:
  ///   - consumer: what looks at the tiles.
  ///   - accumulating: whether it leaves coefficients to sum columns by.
  ///   - kept: of a symmetric or crossing sweep, similarities for the next one: two sweeps that
  ///     share it, the first with a consumer that `leavesSimilarities`, compute what it keeps once.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: what the sweep found.
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`.
  package func run<Consumer: TileConsumer>(
    _ consumer: Consumer, accumulating: Bool, kept: KeptTiles? = nil, workers: Workers
  ) throws(ContrastiveError) -> Outcome<Consumer.Partial> {
    try BLAS.prepare()
    var accumulated =
      accumulating
      ? Matrix(zeros: accumulatedRows, by: rows.dimension) : nil
    let blocks: [Consumer.Partial]
    let faults: Faults
    let rowsPerBlock: Int
    switch shape {
    case .rectangle(let grid):
      precondition(kept == nil)
      rowsPerBlock = grid.rowsPerBlock
      (blocks, faults) = rectanglePass(
        grid, consumer, accumulated: &accumulated, rows, columns, workers)
    case .triangle(let grid):
      rowsPerBlock = grid.rowsPerBlock
      precondition(canFill(kept, consumer, accumulating))
      (blocks, faults) = meetingPass(
        grid, consumer, accumulated: &accumulated, rows, rows, servesColumns: true, workers,
        kept: kept)
    case .cross(let grid, let servesColumns):
      rowsPerBlock = grid.rowsPerBlock
      precondition(canFill(kept, consumer, accumulating))
      let (all, found) = meetingPass(
        grid, consumer, accumulated: &accumulated, rows, columns,
        servesColumns: servesColumns && !accumulating, workers, kept: kept)
      (blocks, faults) = (servesColumns ? all : Array(all.prefix(grid.blocksOfSet)), found)
    }
    if let position = faults.firstInRows { throw rows.fault(at: position) }
    if let position = faults.firstInColumns { throw columns.fault(at: position) }
    return Outcome(blocks: blocks, rowsPerBlock: rowsPerBlock, accumulated: accumulated)
  }
}

extension TiledSweep {
  private var accumulatedRows: Int {
    if case .cross = shape { 2 * rows.rows } else { rows.rows }
  }

  /// Whether similarities that this sweep would keep are those that the next would compute.
  private func canFill(
    _ kept: KeptTiles?, _ consumer: some TileConsumer, _ accumulating: Bool
  ) -> Bool {
    kept?.slots.areFilled ?? true || (consumer.leavesSimilarities && !accumulating)
  }
}

/// Positions of unusable elements: the first of each row block and of each column tile, or −1.
struct Faults {
  var rows: [Int]
  var columns: [Int]

  var firstInRows: Int? { rows.first { $0 >= 0 } }
  var firstInColumns: Int? { columns.first { $0 >= 0 } }

  /// The position in the whole operand of the first unusable element of some rows, or −1.
  static func find(
    in values: SharedReadOnlyMemory<Float>, rows: Range<Int>, of operand: Operand
  ) -> Int {
    let dimension = operand.dimension
    let start = rows.lowerBound * dimension
    let found = RowKernels.best.firstBeyond(
      values + start, count: rows.count * dimension, limit: operand.limit)
    return found.map { start + $0 } ?? -1
  }
}

extension Optional<Matrix> {
  /// The elements of the matrix, or an empty buffer when there is none.
  package mutating func withSharedMemory(_ body: (SharedMemory<Float>) -> Void) {
    if self?.withUnsafeMutableBufferPointer({ body(SharedMemory($0)) }) == nil {
      body(SharedMemory(UnsafeMutableBufferPointer(start: nil, count: 0)))
    }
  }
}
