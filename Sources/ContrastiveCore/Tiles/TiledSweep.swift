/// THE loop: walks rows × columns in tiles and shows each to a consumer.
///
/// ```
/// for each unit (row block, chunk), shared among the workers:
///   for each column tile of the chunk:
///     S ← rows · columnsᵀ            one single-threaded sgemm
///     consumer.consume(S)            S becomes coefficients
///     A ← diag(rescale) · A + S · columns     one more, when accumulating
/// merge the chunks of each row block, in order
/// ```
/// The rows × columns matrix never exists; `TileGrid.scratchBytes` states what does. The outcome is
/// the same to the bit for any number of workers. Elements that are not finite, or too large for a
/// dot product, are found on the way and named.
///
/// Gradients for the columns are the same loop with the two operands exchanged.
package struct TiledSweep: Sendable {
  package let rows: Operand
  package let columns: Operand
  package let grid: TileGrid

  /// Both operands must have the same number of columns.
  package init(rows: Operand, columns: Operand) {
    precondition(rows.matrix.columns == columns.matrix.columns)
    self.rows = rows
    self.columns = columns
    grid = TileGrid(rows: rows.matrix.rows, columns: columns.matrix.rows)
  }

  /// What a sweep found: the consumer's knowledge of each row block, and the accumulated rows.
  package struct Outcome<Partial> {
    package let blocks: [Partial]
    package let accumulated: Matrix?
  }

  /// Runs the loop; `accumulating` asks for the sum of coefficient × column for each row.
  ///
  /// Complexity: 2 · rows · columns · dimension floating-point operations, twice that when
  /// accumulating.
  package func run<Consumer: TileConsumer>(
    _ consumer: Consumer, accumulating: Bool, workers: Workers
  ) throws(ContrastiveError) -> Outcome<Consumer.Partial> {
    try BLAS.prepare()
    let dimension = rows.matrix.columns
    var faults = Faults(rowBlocks: grid.rowBlocks, columnTiles: grid.columnTiles)
    var partials = [Consumer.Partial?](repeating: nil, count: grid.units)
    var accumulated =
      accumulating
      ? Matrix(rows: grid.rows, columns: dimension) { $0.initialize(repeating: 0) } : nil
    let spill = Scratch(count: accumulating ? (grid.chunks - 1) * grid.rows * dimension : 0)
    let tileSize = grid.tileRows * (grid.tileColumns + 1)
    let tiles = Scratch(count: min(workers.count, max(grid.units, 1)) * tileSize)

    rows.matrix.withUnsafeBufferPointer { rowValues in
      columns.matrix.withUnsafeBufferPointer { columnValues in
        partials.withUnsafeMutableBufferPointer { partialValues in
          accumulated.withUnsafeMutableRows { accumulatedValues in
            faults.withSlots { rowFaults, columnFaults in
              let pass = Pass(
                sweep: self, consumer: consumer, dimension: dimension, accumulating: accumulating,
                rowValues: SharedReadOnlyMemory(rowValues),
                columnValues: SharedReadOnlyMemory(columnValues),
                partials: SharedMemory(partialValues),
                accumulated: SharedMemory(accumulatedValues), spill: spill.memory,
                tiles: tiles.memory, tileSize: tileSize, rowFaults: rowFaults,
                columnFaults: columnFaults)
              workers.forEach(grid.units) { unit, worker in pass.run(unit: unit, worker: worker) }
              if grid.chunks > 1 {
                workers.forEach(grid.rowBlocks) { block, worker in
                  pass.merge(block: block, worker: worker)
                }
              }
            }
          }
        }
      }
    }
    if let position = faults.firstInRows { throw rows.fault(at: position) }
    if let position = faults.firstInColumns { throw columns.fault(at: position) }
    let first = stride(from: 0, to: grid.units, by: grid.chunks)
    return Outcome(blocks: first.compactMap { partials[$0] }, accumulated: accumulated)
  }
}

/// One run of a sweep, as its workers see it.
private struct Pass<Consumer: TileConsumer>: Sendable {
  let sweep: TiledSweep
  let consumer: Consumer
  let dimension: Int
  let accumulating: Bool
  let rowValues: SharedReadOnlyMemory<Float>
  let columnValues: SharedReadOnlyMemory<Float>
  let partials: SharedMemory<Consumer.Partial?>
  let accumulated: SharedMemory<Float>
  let spill: SharedMemory<Float>
  let tiles: SharedMemory<Float>
  let tileSize: Int
  let rowFaults: SharedMemory<Int>
  let columnFaults: SharedMemory<Int>

  var grid: TileGrid { sweep.grid }

  /// The accumulated rows of a unit: the result's own for a block's first chunk.
  func accumulator(block: Int, chunk: Int) -> UnsafeMutablePointer<Float> {
    let offset = block * TileGrid.rowsPerTile * dimension
    return chunk == 0
      ? accumulated + offset : spill + ((chunk - 1) * grid.rows * dimension + offset)
  }

  func run(unit: Int, worker: Int) {
    let (block, chunk) = unit.quotientAndRemainder(dividingBy: grid.chunks)
    let range = grid.rows(block: block)
    let source = rowValues + range.lowerBound * dimension
    if chunk == 0 {
      note(fault: source, count: range.count * dimension, of: sweep.rows, in: rowFaults, at: block)
    }
    let scratch = tiles + worker * tileSize
    let rescale = scratch + grid.tileRows * grid.tileColumns
    let sum = accumulator(block: block, chunk: chunk)
    var partial = consumer.start(rows: range)
    for (step, index) in grid.tiles(chunk: chunk).enumerated() {
      let span = grid.columns(tile: index)
      let target = columnValues + span.lowerBound * dimension
      if block == 0 {
        note(
          fault: target, count: span.count * dimension, of: sweep.columns, in: columnFaults,
          at: index)
      }
      BLAS.gemm(
        .plain, .transposed, rows: range.count, columns: span.count, depth: dimension,
        source, stride: dimension, target, stride: dimension, into: scratch, stride: span.count)
      rescale.update(repeating: 1, count: range.count)
      let tile = Tile(rows: range, columns: span, values: scratch, stride: span.count)
      consumer.consume(tile, into: &partial, rescale: rescale)
      if accumulating {
        if step > 0 { scaleRows(sum, by: rescale, count: range.count) }
        BLAS.gemm(
          rows: range.count, columns: dimension, depth: span.count,
          scratch, stride: span.count, target, stride: dimension,
          beta: step == 0 ? 0 : 1, into: sum, stride: dimension)
      }
    }
    consumer.finish(&partial)
    partials[unit] = partial
  }

  func merge(block: Int, worker: Int) {
    let range = grid.rows(block: block)
    let first = block * grid.chunks
    guard var total = partials[first] else { return }
    let keep = tiles + worker * tileSize
    let add = keep + range.count
    let sum = accumulator(block: block, chunk: 0)
    for chunk in 1..<grid.chunks {
      guard let later = partials[first + chunk] else { continue }
      keep.update(repeating: 1, count: range.count)
      add.update(repeating: 1, count: range.count)
      consumer.merge(later, into: &total, keep: keep, add: add)
      partials[first + chunk] = nil
      guard accumulating else { continue }
      let other = accumulator(block: block, chunk: chunk)
      for row in 0..<range.count {
        let (a, b) = (keep[row], add[row])
        let (into, from) = (sum + row * dimension, other + row * dimension)
        for column in 0..<dimension { into[column] = a * into[column] + b * from[column] }
      }
    }
    partials[first] = total
  }

  private func scaleRows(
    _ values: UnsafeMutablePointer<Float>, by factors: UnsafePointer<Float>, count: Int
  ) {
    for row in 0..<count where factors[row] != 1 {
      let (start, factor) = (values + row * dimension, factors[row])
      for column in 0..<dimension { start[column] *= factor }
    }
  }

  private func note(
    fault values: UnsafePointer<Float>, count: Int, of operand: Operand,
    in slots: SharedMemory<Int>, at slot: Int
  ) {
    if let position = RowKernels.best.firstBeyond(values, count: count, limit: operand.limit) {
      let start = slots.base == rowFaults.base ? rowValues : columnValues
      slots[slot] = values - start.base + position
    }
  }
}

/// Where unusable elements were found: the first of each row block and of each column tile.
private struct Faults {
  private var slots: [Int]
  private let rowBlocks: Int

  init(rowBlocks: Int, columnTiles: Int) {
    slots = [Int](repeating: -1, count: rowBlocks + columnTiles)
    self.rowBlocks = rowBlocks
  }

  mutating func withSlots(_ body: (SharedMemory<Int>, SharedMemory<Int>) -> Void) {
    slots.withUnsafeMutableBufferPointer { all in
      body(
        SharedMemory(UnsafeMutableBufferPointer(rebasing: all[..<rowBlocks])),
        SharedMemory(UnsafeMutableBufferPointer(rebasing: all[rowBlocks...])))
    }
  }

  var firstInRows: Int? { slots[..<rowBlocks].first { $0 >= 0 } }
  var firstInColumns: Int? { slots[rowBlocks...].first { $0 >= 0 } }
}

extension Optional<Matrix> {
  /// The elements of the matrix, or an empty buffer when there is none.
  fileprivate mutating func withUnsafeMutableRows(
    _ body: (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    if self?.withUnsafeMutableBufferPointer(body) == nil {
      body(UnsafeMutableBufferPointer(start: nil, count: 0))
    }
  }
}
