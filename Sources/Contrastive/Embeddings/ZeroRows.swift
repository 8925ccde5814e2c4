/// What becomes of rows of zeros where rows are normalized: they have no direction.
public enum ZeroRows: String, Sendable, CaseIterable {
  /// `ContrastiveError.zeroNorm` with the first one's number.
  case refuse
  /// They stay zero, as similar to nothing as to anything: every similarity is 0, and so is the
  /// gradient.
  case keep
}
