extension Sequence<Double> {
  /// The sum of the elements over how many there are.
  var mean: Double {
    var (sum, count) = (0.0, 0.0)
    for element in self { (sum, count) = (sum + element, count + 1) }
    return sum / count
  }
}
