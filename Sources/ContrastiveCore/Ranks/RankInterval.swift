/// Rank keys from one to another, both inside.
struct RankInterval: Sendable, Equatable {
  var lowest: UInt64
  var highest: UInt64
  /// Keys inside that are kept one by one; more are only counted.
  var room = Self.bins

  /// Bins an interval is cut into; a power of two.
  static let bins = 128

  /// The keys of all finite values.
  static let all = RankInterval(
    lowest: RankKey.last(of: -.greatestFiniteMagnitude),
    highest: RankKey.first(of: .greatestFiniteMagnitude))

  /// log₂ of a bin's width: the narrowest that needs no more than the bins there are.
  var shift: UInt64 {
    let width = (highest - lowest) >> UInt64(Self.bins.trailingZeroBitCount)
    return UInt64(UInt64.bitWidth - width.leadingZeroBitCount)
  }

  /// The difference between the highest and the lowest value.
  var width: Double { Double(RankKey.value(highest)) - Double(RankKey.value(lowest)) }

  /// The keys of a bin.
  func bin(_ index: Int) -> RankInterval {
    let start = lowest + UInt64(index) << shift
    let (end, over) = start.addingReportingOverflow((1 << shift) - 1)
    return RankInterval(lowest: start, highest: over ? highest : min(highest, end))
  }

  func contains(_ key: UInt64) -> Bool { lowest <= key && key <= highest }

  func contains(_ other: RankInterval) -> Bool {
    lowest <= other.lowest && other.highest <= highest
  }
}

extension RankInterval {
  /// The keys of all values at most `band` away from those of another interval.
  init(around other: RankInterval, _ band: Float, room: Int = Self.bins) {
    let greatest = Float.greatestFiniteMagnitude
    let bottom = max(-greatest, (RankKey.value(other.lowest) - band).nextDown)
    let top = min(greatest, (RankKey.value(other.highest) + band).nextUp)
    lowest = RankKey.last(of: bottom)
    highest = RankKey.first(of: top)
    self.room = room
  }

  /// The keys of all values at most `band` away from one.
  init(around value: Float, _ band: Float, room: Int = Self.bins) {
    let key = RankKey.first(of: value)
    self.init(around: RankInterval(lowest: key, highest: key), band, room: room)
  }
}
