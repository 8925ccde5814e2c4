import ContrastiveKernels

/// Runs every meeting of a grid; tiles are computed, or taken from `kept`.
///
/// With `servesColumns` the consumer is shown tiles for their columns too; without, coefficients
/// are accumulated for both sets. The result is what was found for each block, and the faults of
/// the rows and of columns that are another set.
func meetingPass<Grid: MeetingGrid, Consumer: TileConsumer>(
  _ grid: Grid, _ consumer: Consumer, accumulated: inout Matrix?, _ rows: Operand,
  _ columns: Operand, servesColumns: Bool, _ workers: Workers, kept: KeptTiles?
) -> ([Consumer.Partial], Faults) {
  let dimension = rows.dimension
  let accumulating = accumulated != nil
  var faults = [Int](repeating: -1, count: grid.blocks)
  var partials = (0..<grid.blocks).map { consumer.start(rows: grid.rows(block: $0)) }
  let half = grid.tileSize + grid.blockRows
  let scratch = Scratch(count: min(workers.count, max(1, grid.meetings)) * 2 * half)
  rows.matrix.withUnsafeBufferPointer { rowValues in
    columns.matrix.withUnsafeBufferPointer { columnValues in
      partials.withUnsafeMutableBufferPointer { partials in
        faults.withUnsafeMutableBufferPointer { faults in
          accumulated.withSharedMemory { accumulated in
            let columnValues = SharedReadOnlyMemory(columnValues)
            let pass = MeetingPass(
              grid: grid, consumer: consumer, rows: rows, columns: columns,
              servesColumns: servesColumns, accumulating: accumulating,
              product: TileProduct(
                rows: SharedReadOnlyMemory(rowValues), columns: .single(columnValues),
                dimension: dimension),
              columnValues: columnValues, kept: kept?.slots, partials: SharedMemory(partials),
              accumulated: accumulated, faults: SharedMemory(faults), scratch: scratch.memory,
              half: half)
            let turns = Turns(count: grid.blocks)
            workers.forEach(grid.meetings) { index, worker in
              let meeting = grid.meeting(index)
              let (first, second) = (meeting.first, meeting.second)
              turns.await(meeting.turn, of: first)
              if second == first {
                pass.run(meeting: index, diagonal: first, worker: worker)
              } else if let second {
                turns.await(meeting.turn, of: second)
                pass.run(
                  meeting: index, first, second, isFirstTurn: meeting.turn == 0, worker: worker)
                turns.end(of: second)
              }
              turns.end(of: first)
            }
            workers.forEach(grid.blocks) { block, _ in
              consumer.finish(&pass.partials.base[block])
            }
            kept?.endSweep()
          }
        }
      }
    }
  }
  return (
    partials,
    Faults(
      rows: Array(faults.prefix(grid.blocksOfSet)),
      columns: Array(faults.dropFirst(grid.blocksOfSet)))
  )
}

/// A sweep of meetings as its workers see it.
private struct MeetingPass<Grid: MeetingGrid, Consumer: TileConsumer>: Sendable {
  let grid: Grid
  let consumer: Consumer
  let rows: Operand
  let columns: Operand
  let servesColumns: Bool
  let accumulating: Bool
  let product: TileProduct
  let columnValues: SharedReadOnlyMemory<Float>
  let kept: KeptTiles.Slots?
  let partials: SharedMemory<Consumer.Partial>
  let accumulated: SharedMemory<Float>
  let faults: SharedMemory<Int>
  let scratch: SharedMemory<Float>
  /// Elements of a tile with its factors.
  let half: Int

  func run(meeting: Int, diagonal block: Int, worker: Int) {
    let range = grid.rows(block: block)
    faults[block] = Faults.find(in: product.rows, rows: range, of: rows)
    let memory = scratch + worker * 2 * half
    show(tile(of: meeting, range, range, in: memory), memory, to: block)
  }

  /// `isFirstTurn` of two blocks of different sets.
  func run(meeting: Int, _ first: Int, _ second: Int, isFirstTurn: Bool, worker: Int) {
    let memory = scratch + worker * 2 * half
    let (range, others) = (grid.rows(block: first), grid.rows(block: second))
    if isFirstTurn {
      faults[first] = Faults.find(in: product.rows, rows: range, of: rows)
      faults[second] = Faults.find(in: columnValues, rows: others, of: columns)
    }
    let tile = tile(of: meeting, range, others, in: memory)
    if consumer.isSymmetric || !servesColumns {
      show(tile, memory, to: first)
      if accumulating { product.accumulateTransposed(tile, into: sum(second)) }
    } else if accumulating
      || !consumer.consumeBoth(
        tile, into: &partials.base[first], mirrored: &partials.base[second])
    {
      // Mirrored first: the consumer may write on what it is shown.
      let mirrored = mirror(tile, in: memory + half)
      show(tile, memory, to: first)
      show(mirrored, memory + half, to: second)
    }
  }

  private func tile(
    of meeting: Int, _ rows: Range<Int>, _ others: Range<Int>,
    in memory: UnsafeMutablePointer<Float>
  ) -> Tile {
    let slot = kept?.slot(of: meeting)
    if let slot, kept?.areFilled == true {
      return Tile(rows: rows, columns: others, values: slot, stride: others.count)
    }
    return product.tile(rows, others, packed: columns(of: others), in: slot ?? memory)
  }

  private func sum(_ block: Int) -> UnsafeMutablePointer<Float> {
    accumulated + grid.place(block: block) * product.dimension
  }

  private func show(_ tile: Tile, _ memory: UnsafeMutablePointer<Float>, to block: Int) {
    let rescale = memory + grid.tileSize
    rescale.update(repeating: 1, count: tile.rows.count)
    consumer.consume(tile, into: &partials.base[block], rescale: rescale)
    guard accumulating else { return }
    product.scale(sum(block), by: rescale, rows: tile.rows.count)
    product.accumulate(
      tile, packed: columns(of: tile.columns), into: sum(block), adding: true)
  }

  /// Columns; they are where they are.
  private func columns(of range: Range<Int>) -> UnsafePointer<Float> {
    columnValues + range.lowerBound * product.dimension
  }

  private func mirror(_ tile: Tile, in memory: UnsafeMutablePointer<Float>) -> Tile {
    contrastive_transpose(
      tile.values, tile.rows.count, tile.columns.count, tile.stride, memory, tile.rows.count)
    return Tile(
      rows: tile.columns, columns: tile.rows, values: memory, stride: tile.rows.count)
  }
}
