/// How many columns a choice of `Negatives` concerned; nil where it was not asked for.
public struct NegativeCounts: Sendable, Equatable {
  /// Pairs that were singled out.
  public internal(set) var pairs: Int?
  /// Columns found to be false negatives, each image's once.
  public internal(set) var falseNegatives: Int?
  /// Columns in a row's ring, the largest.
  public internal(set) var ring: Int?
  /// Draws from each row's ring.
  public internal(set) var ringDraws: Int?
  /// Columns that masks or shared prototypes exclude, summed over rows.
  public internal(set) var excluded: Int?

  /// Nothing counted.
  public init() {}

  init(excluded: Int) { self.excluded = excluded }

  /// Adds what was counted elsewhere.
  mutating func add(_ other: NegativeCounts) {
    func sum(_ a: Int?, _ b: Int?) -> Int? { b.map { (a ?? 0) + $0 } ?? a }
    pairs = sum(pairs, other.pairs)
    falseNegatives = sum(falseNegatives, other.falseNegatives)
    ring = sum(ring, other.ring)
    ringDraws = sum(ringDraws, other.ringDraws)
    excluded = sum(excluded, other.excluded)
  }
}
