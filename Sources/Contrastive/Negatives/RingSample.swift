/// Draws from a row's ring, with replacement, instead of all of it.
///
/// A column that is drawn twice counts twice. The authors' code of `CNS` draws so from a bank of
/// all images, 4,095 of them; from a queue it takes the whole ring.
public struct RingSample: Sendable, Equatable {
  private enum Source: Sendable, Equatable {
    case drawn(count: Int, seed: UInt64, step: UInt64)
    case given([Int])
  }

  private let source: Source
  /// A term's row r is row `first + stride · r` of those that the draws are for.
  private var first = 0
  private var stride = 1

  /// Seeded draws: a function of the seed, the step and the row.
  ///
  /// - Parameters:
  ///   - count: draws of each row, 1 … 2²⁴.
  ///   - seed: random seed of the draws.
  ///   - step: names the draws of a call.
  /// - Returns: the sample.
  public static func drawn(count: Int, seed: UInt64 = 0, step: UInt64 = 0) -> RingSample {
    RingSample(source: .drawn(count: count, seed: seed, step: step))
  }

  /// Draws as given.
  ///
  /// - Parameter draws: as many for each row, row by row; each says which column of the row's ring,
  ///   in the order of the columns.
  /// - Returns: the sample.
  public static func given(_ draws: [Int]) -> RingSample { RingSample(source: .given(draws)) }

  private init(source: Source) { self.source = source }

  /// The sample of every `stride`-th row from `first` on.
  func rows(from first: Int, by stride: Int) -> RingSample {
    var part = self
    (part.first, part.stride) = (first, stride)
    return part
  }

  /// The draws so many steps later; those that are given stay.
  package func moved(by steps: UInt64) -> RingSample {
    guard case .drawn(let count, let seed, let step) = source else { return self }
    var later = RingSample(source: .drawn(count: count, seed: seed, step: step &+ steps))
    (later.first, later.stride) = (first, stride)
    return later
  }

  /// The draws of a row whose ring has `width` columns.
  ///
  /// - Throws: `ContrastiveError.index` for a given draw outside the ring.
  func draws(row: Int, count: Int, width: Int) throws(ContrastiveError) -> [Int] {
    let row = first + stride * row
    switch source {
    case .drawn(_, let seed, let step):
      var random = CounterRandom(seed: seed, step, UInt64(row))
      return (0..<count).map { _ in random.index(below: width) }
    case .given(let all):
      let own = (row * count)..<((row + 1) * count)
      for position in own where !(0..<width ~= all[position]) {
        throw .index(
          argument: "ring-draws", position: position, found: "\(all[position])",
          expected: "0 ..< \(width), the columns of the ring of row \(row)")
      }
      return Array(all[own])
    }
  }

  /// How many draws each of `rows` rows has.
  ///
  /// - Throws: `ContrastiveError`: `.parameter` for no draws, `.shape` for given ones that the rows
  ///   cannot share.
  func count(rows: Int) throws(ContrastiveError) -> Int {
    switch source {
    case .drawn(let count, _, _):
      try requireParameter(1...(1 << 24) ~= count, "ring-draws", count, "1 … \(1 << 24)")
      return count
    case .given(let all):
      let rows = rows * stride
      try requireShape(
        rows > 0 && !all.isEmpty && all.count.isMultiple(of: rows), "ring-draws", "[\(all.count)]",
        "as many draws for each of \(rows) rows, at least one")
      return all.count / rows
    }
  }
}
