/// Two consumers that look at the same tiles, for one product instead of two.
///
/// The first must leave similarities as they are but for its exclusions, which then hold for the
/// second too; the second must need no more of its own. Neither can accumulate.
package struct Together<First: TileConsumer, Second: TileConsumer>: TileConsumer {
  package let first: First
  package let second: Second

  package init(_ first: First, _ second: Second) {
    self.first = first
    self.second = second
  }

  /// What both know of a block of rows.
  package struct Partial: Sendable {
    package var first: First.Partial
    package var second: Second.Partial
  }

  package var leavesSimilarities: Bool { first.leavesSimilarities && second.leavesSimilarities }

  package func start(rows: Range<Int>) -> Partial {
    Partial(first: first.start(rows: rows), second: second.start(rows: rows))
  }

  package func consume(
    _ tile: Tile, into partial: inout Partial, rescale: UnsafeMutablePointer<Float>
  ) {
    first.consume(tile, into: &partial.first, rescale: rescale)
    second.consume(tile, into: &partial.second, rescale: rescale)
  }

  package func consumeBoth(
    _ tile: Tile, into partial: inout Partial, mirrored: inout Partial
  ) -> Bool {
    guard first.consumeBoth(tile, into: &partial.first, mirrored: &mirrored.first) else {
      return false
    }
    let both = second.consumeBoth(tile, into: &partial.second, mirrored: &mirrored.second)
    precondition(both)
    return true
  }

  package func finish(_ partial: inout Partial) {
    first.finish(&partial.first)
    second.finish(&partial.second)
  }

  package func merge(
    _ later: Partial, into partial: inout Partial,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {
    first.merge(later.first, into: &partial.first, keep: keep, add: add)
    second.merge(later.second, into: &partial.second, keep: keep, add: add)
  }
}
