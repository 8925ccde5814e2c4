extension Sequence<Double> {
  /// The sum of the elements over how many there are.
  var mean: Double {
    var (sum, count) = (0.0, 0.0)
    for element in self { (sum, count) = (sum + element, count + 1) }
    return sum / count
  }
}

extension [Double] {
  /// The value below which a share of sorted numbers lies, interpolated between two of them.
  func percentile(_ share: Double) -> Double {
    let place = share * Double(count - 1)
    let low = Int(place)
    let high = Swift.min(low + 1, count - 1)
    return self[low] + (place - Double(low)) * (self[high] - self[low])
  }
}
