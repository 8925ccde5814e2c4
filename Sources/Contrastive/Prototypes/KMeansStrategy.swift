/// How the distances to be computed are chosen.
package enum KMeansStrategy: String, Sendable {
  /// A lower bound for every point and centroid rules out those that cannot be nearest (Elkan).
  ///
  /// Memory: 2 · n · (k + ⌈k / 32⌉) bytes of bounds.
  case perCentroid = "per-centroid bounds"
  /// A lower bound for every point and group of centroids rules groups out (Yinyang).
  ///
  /// Memory: 2 · n · g bytes of bounds with g groups, a tenth of k or as many as fit.
  case perGroup = "group bounds"
  /// All n · k distances in every iteration (Lloyd).
  case exhaustive
  /// Products of 8-bit codes rule centroids out, in every iteration among the pairs that may have
  /// changed, and distances in Double decide among the others.
  ///
  /// Memory: n · (D + 20) bytes of codes, D rounded up to a multiple of 64 where AMX multiplies
  /// them; 2 · D where the processor has no product of 8 bits.
  case codes
}
