/// Two readers of the same tiles, for one product instead of two.
///
/// The exclusions of the first hold for the second too, which must need no more of its own.
package struct PairReader<First: TileReader, Second: TileReader>: TileReader {
  package let first: First
  package let second: Second

  package init(_ first: First, _ second: Second) {
    self.first = first
    self.second = second
  }

  /// What both know of a block of rows.
  package struct Statistics: Sendable {
    package var first: First.Statistics
    package var second: Second.Statistics
  }

  package func start(rows: Range<Int>) -> Statistics {
    Statistics(first: first.start(rows: rows), second: second.start(rows: rows))
  }

  package func read(_ tile: Tile, into statistics: inout Statistics) {
    first.read(tile, into: &statistics.first)
    second.read(tile, into: &statistics.second)
  }

  package func read(
    _ tile: Tile, transposed: () -> Tile, rows: inout Statistics, columns: inout Statistics
  ) {
    first.read(tile, transposed: transposed, rows: &rows.first, columns: &columns.first)
    second.read(tile, transposed: transposed, rows: &rows.second, columns: &columns.second)
  }

  package func finish(_ statistics: inout Statistics) {
    first.finish(&statistics.first)
    second.finish(&statistics.second)
  }

  package var transfer: Transfer<Statistics>? {
    guard let a = first.transfer, let b = second.transfer else { return nil }
    return Transfer(
      add: { statistics, packet in
        a.add(statistics.first, &packet)
        b.add(statistics.second, &packet)
      }, take: { Statistics(first: a.take(&$0), second: b.take(&$0)) })
  }
}

extension PairReader: MergingReader where First: MergingReader, Second: MergingReader {
  package func merge(_ later: Statistics, into statistics: inout Statistics) {
    first.merge(later.first, into: &statistics.first)
    second.merge(later.second, into: &statistics.second)
  }
}
