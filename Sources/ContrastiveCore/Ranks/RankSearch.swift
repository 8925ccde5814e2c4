/// The search for one rank of one row among the keys of its Float32 similarities.
struct RankSearch {
  /// What a search comes to.
  enum Outcome: Sendable {
    /// How many keys are above those near the rank, and those near it.
    case found(above: Int, near: [UInt64])
    /// Too many keys are near the rank.
    case crowded
  }

  let rank: Int
  /// What two Float32 similarities of the row may be disordered by, and more.
  let band: Float
  /// The interval to count next.
  var interval: RankInterval
  /// What is sure to hold the rank's key.
  private var bounds = RankInterval.all
  /// What was found.
  private(set) var outcome: Outcome?

  /// Keys near a rank that are still listed one by one.
  private static let maxListed = 8192

  init(rank: Int, band: Float, interval: RankInterval) {
    self.rank = rank
    self.band = band
    self.interval = interval
  }

  mutating func narrow(by count: RankCount.Count) {
    if rank < count.above {
      bounds.lowest = interval.highest + 1
      goOnBetweenBounds()
    } else if rank >= count.above + count.inside {
      bounds.highest = interval.lowest - 1
      goOnBetweenBounds()
    } else if count.keys.count == count.inside {
      let sorted = count.keys.sorted(by: >)
      let near = RankInterval(
        around: RankKey.value(sorted[rank - count.above]), band, room: interval.room)
      guard interval.contains(near) else { return interval = near }
      outcome = .found(
        above: count.above + sorted.count { $0 > near.highest },
        near: sorted.filter { near.contains($0) })
    } else {
      descend(into: count)
    }
  }

  /// Continues between the bounds, widened by the rounding error: passes of other shapes may see
  /// other bits, and the rank on the other side.
  private mutating func goOnBetweenBounds() {
    if bounds.lowest > bounds.highest {
      (bounds.lowest, bounds.highest) = (bounds.highest, bounds.lowest)
    }
    interval = RankInterval(around: bounds, band)
  }

  /// Continues in the bin that holds the rank, widened by the rounding error.
  private mutating func descend(into count: RankCount.Count) {
    var above = count.above
    for bin in count.bins.indices.reversed() {
      above += Int(count.bins[bin])
      guard rank < above else { continue }
      bounds = interval.bin(bin)
      let next = RankInterval(around: bounds, band)
      if next.width < 4 * Double(band) || next == interval {
        // Bins cannot be told apart any more.
        guard count.inside <= Self.maxListed else { return outcome = .crowded }
        interval.room = Self.maxListed
      } else {
        interval = next
      }
      return
    }
  }
}
