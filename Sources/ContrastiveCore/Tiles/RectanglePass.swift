/// Runs every row against every column.
func rectanglePass<Consumer: TileConsumer>(
  _ grid: TileGrid, _ consumer: Consumer, accumulated: inout Matrix?, _ rows: Operand,
  _ columns: Operand, _ workers: Workers
) -> ([Consumer.Partial], Faults) {
  let dimension = rows.dimension
  let accumulating = accumulated != nil
  var rowFaults = [Int](repeating: -1, count: grid.rowBlocks)
  var columnFaults = [Int](repeating: -1, count: grid.columnTiles)
  var partials = [Consumer.Partial?](repeating: nil, count: grid.units)
  let spill = Scratch(count: accumulating ? (grid.chunks - 1) * grid.rows * dimension : 0)
  let tileSize =
    grid.tileRows * (grid.tileColumns + 1)
    + ColumnMemory.packingSize(of: columns, columns: grid.tileColumns)
  let tiles = Scratch(count: min(workers.count, max(grid.units, 1)) * tileSize)
  rows.matrix.withUnsafeBufferPointer { rowValues in
    ColumnMemory.with(columns) { columnValues in
      partials.withUnsafeMutableBufferPointer { partials in
        rowFaults.withUnsafeMutableBufferPointer { rowFaults in
          columnFaults.withUnsafeMutableBufferPointer { columnFaults in
            accumulated.withSharedMemory { accumulated in
              let pass = RectanglePass(
                grid: grid, consumer: consumer, rows: rows, columns: columns,
                accumulating: accumulating,
                product: TileProduct(
                  rows: SharedReadOnlyMemory(rowValues), columns: columnValues,
                  dimension: dimension),
                partials: SharedMemory(partials), accumulated: accumulated, spill: spill.memory,
                tiles: tiles.memory, tileSize: tileSize, rowFaults: SharedMemory(rowFaults),
                columnFaults: SharedMemory(columnFaults))
              workers.forEach(grid.units) { unit, worker in pass.run(unit: unit, worker: worker) }
              guard grid.chunks > 1 else { return }
              workers.forEach(grid.rowBlocks) { block, worker in
                pass.merge(block: block, worker: worker)
              }
            }
          }
        }
      }
    }
  }
  let first = stride(from: 0, to: grid.units, by: grid.chunks)
  return (
    first.compactMap { partials[$0] }, Faults(rows: rowFaults, columns: columnFaults)
  )
}

/// A rectangular sweep as its workers see it.
private struct RectanglePass<Consumer: TileConsumer>: Sendable {
  let grid: TileGrid
  let consumer: Consumer
  let rows: Operand
  let columns: Operand
  let accumulating: Bool
  let product: TileProduct
  let partials: SharedMemory<Consumer.Partial?>
  let accumulated: SharedMemory<Float>
  let spill: SharedMemory<Float>
  let tiles: SharedMemory<Float>
  let tileSize: Int
  let rowFaults: SharedMemory<Int>
  let columnFaults: SharedMemory<Int>

  /// The accumulated rows of a unit: the result's own for a block's first chunk.
  func accumulator(block: Int, chunk: Int) -> UnsafeMutablePointer<Float> {
    let offset = block * grid.rowsPerBlock * product.dimension
    return chunk == 0
      ? accumulated + offset : spill + ((chunk - 1) * grid.rows * product.dimension + offset)
  }

  func run(unit: Int, worker: Int) {
    let (block, chunk) = unit.quotientAndRemainder(dividingBy: grid.chunks)
    let range = grid.rows(block: block)
    if chunk == 0 { rowFaults[block] = Faults.find(in: product.rows, rows: range, of: rows) }
    let scratch = tiles + worker * tileSize
    let rescale = scratch + grid.tileRows * grid.tileColumns
    let packing = rescale + grid.tileRows
    let sum = accumulator(block: block, chunk: chunk)
    var partial = consumer.start(rows: range)
    for (step, index) in grid.tiles(chunk: chunk).enumerated() {
      let span = grid.columns(tile: index)
      if block == 0 {
        columnFaults[index] = product.columns.firstFault(in: span, of: columns)
      }
      let packed = product.columns.pack(span, dimension: product.dimension, scratch: packing)
      let tile = product.tile(range, span, packed: packed, in: scratch)
      rescale.update(repeating: 1, count: range.count)
      consumer.consume(tile, into: &partial, rescale: rescale)
      guard accumulating else { continue }
      if step > 0 { product.scale(sum, by: rescale, rows: range.count) }
      product.accumulate(tile, packed: packed, into: sum, adding: step > 0)
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
      product.scale(sum, by: keep, rows: range.count)
      product.add(other, times: add, to: sum, rows: range.count)
    }
    partials[first] = total
  }
}
