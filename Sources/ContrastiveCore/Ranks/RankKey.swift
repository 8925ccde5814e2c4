import ContrastiveKernels

/// A (similarity, index) pair as one number: descending order is similarity descending, then index
/// ascending.
package enum RankKey {
  /// The key of a similarity, which is not NaN, and an index.
  package static func make(_ value: Float, _ index: Int) -> UInt64 {
    contrastive_rank_key(value, UInt32(index))
  }
  /// The similarity of a key.
  package static func value(_ key: UInt64) -> Float { contrastive_rank_value(key) }
  /// The index of a key.
  package static func index(_ key: UInt64) -> Int { Int(contrastive_rank_index(key)) }

  /// Sorts keys, the largest first; `spare` has room for as many.
  package static func sort(
    _ keys: UnsafeMutablePointer<UInt64>, count: Int, spare: UnsafeMutablePointer<UInt64>
  ) { contrastive_sort_rank_keys(keys, count, spare) }

  /// Leaves the k largest of distinct keys in front, in no order, and returns the smallest of them;
  /// `spare` has room for all.
  ///
  /// Complexity: O(count) on average (quickselect).
  package static func keepLargest(
    _ k: Int, of keys: UnsafeMutablePointer<UInt64>, count: Int,
    spare: UnsafeMutablePointer<UInt64>
  ) -> UInt64 {
    precondition(1...max(1, count) ~= k)
    return contrastive_keep_largest_rank_keys(keys, count, k, spare)
  }

  /// The key of a value at the first column there could be: the highest of the value's keys.
  static func first(of value: Float) -> UInt64 { make(value, 0) }

  /// The lowest of a value's keys.
  static func last(of value: Float) -> UInt64 { make(value, Int(UInt32.max)) }
}
