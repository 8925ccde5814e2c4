/// Checks that every index is in 0 ..< bound, and that there are as many as are wanted; the first
/// outside is named.
package func requireIndices(
  _ indices: [Int], count: Int? = nil, below bound: Int, named name: String
) throws(ContrastiveError) {
  if let count, indices.count != count {
    throw .shape(argument: name, found: "[\(indices.count)]", expected: "[\(count)]")
  }
  if let position = indices.firstIndex(where: { !(0..<bound ~= $0) }) {
    throw .index(
      argument: name, position: position, found: "\(indices[position])",
      expected: "0 ..< \(bound)")
  }
}

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
