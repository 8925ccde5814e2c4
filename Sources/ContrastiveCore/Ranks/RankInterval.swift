/// Rank keys from one to another, both inside.
struct RankInterval: Sendable, Equatable {
  var lowest: UInt64
  var highest: UInt64

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

  /// The keys of a bin.
  func bin(_ index: Int) -> RankInterval {
    let start = lowest + UInt64(index) << shift
    let (end, over) = start.addingReportingOverflow((1 << shift) - 1)
    return RankInterval(lowest: start, highest: over ? highest : min(highest, end))
  }
}

extension RankKey {
  /// The key of a value at the first column there could be: the highest of the value's keys.
  static func first(of value: Float) -> UInt64 { make(value, 0) }

  /// The lowest of a value's keys.
  static func last(of value: Float) -> UInt64 { make(value, Int(UInt32.max)) }
}
