extension RandomAccessCollection {
  /// The first index at which a condition holds that, once it holds, holds to the end; `endIndex`
  /// where it never does.
  ///
  /// - Complexity: O(log count).
  @inlinable package func partitioningIndex(
    where condition: (Element) throws -> Bool
  ) rethrows -> Index {
    var (low, count) = (startIndex, count)
    while count > 0 {
      let half = count / 2
      let middle = index(low, offsetBy: half)
      if try condition(self[middle]) {
        count = half
      } else {
        low = index(after: middle)
        count -= half + 1
      }
    }
    return low
  }
}
