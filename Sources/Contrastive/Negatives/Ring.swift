/// A ring of negatives: the nearest columns are too close, the far ones too easy, those between
/// count.
///
/// Of n columns by descending similarity those of rank `inner ..< outer` are in the ring: outer is
/// Int(outer fraction · n), inner a fraction of that (`dynamic`) or of n (`static`). Wu et al.,
/// "Conditional Negative Sampling for Contrastive Learning of Visual Representations", ICLR 2021.
public struct Ring: Sendable, Equatable {
  /// What the inner fraction is a fraction of.
  public enum InnerMode: String, CaseIterable, Sendable {
    /// Of the outer rank.
    case dynamic
    /// Of all columns.
    case `static`
  }

  /// Fraction of the columns inside the outer bound.
  package let outer: Double
  /// Fraction inside the inner bound, which is excluded.
  package let inner: Double
  /// What the inner fraction is a fraction of.
  package let innerMode: InnerMode
  /// Draws from the ring that are negatives instead of all of it.
  package var sample: RingSample?

  /// A ring.
  ///
  /// - Parameters:
  ///   - outer: 0 … 1.
  ///   - inner: 0 … 1.
  ///   - innerMode: what the inner fraction is a fraction of.
  ///   - sample: draws from the ring; without it the whole ring counts.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    outer: Double = 0.1, inner: Double = 0.1, innerMode: InnerMode = .dynamic,
    sample: RingSample? = nil
  ) throws(ContrastiveError) {
    for (name, value) in [("outer", outer), ("inner", inner)] {
      try requireParameter(0...1 ~= value, name, value, "a number from 0 to 1")
    }
    self.outer = outer
    self.inner = inner
    self.innerMode = innerMode
    self.sample = sample
  }

  /// The ranks in the ring.
  ///
  /// - Parameters:
  ///   - count: columns there are.
  ///   - name: their name, for the error.
  /// - Returns: at least one rank.
  /// - Throws: `ContrastiveError.shape` for a ring without a rank.
  package func ranks(of count: Int, named name: String = "bank") throws(ContrastiveError) -> Range<
    Int
  > {
    let last = Self.share(outer, of: count)
    let first = Self.share(inner, of: innerMode == .dynamic ? last : count)
    try requireShape(
      first < last, name, "\(count) rows, of which ranks \(first) ..< \(last) are the ring",
      "a ring of at least one rank")
    return first..<last
  }

  /// Rounded down; a share of 1 is all.
  private static func share(_ share: Double, of count: Int) -> Int {
    share == 1 ? count : Int(share * Double(count))
  }
}
