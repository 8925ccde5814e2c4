import ContrastiveCore

/// Refuses an option that is given without the one it belongs to.
///
/// - Parameters:
///   - value: the option's value; nil where it is not given.
///   - name: the option.
///   - owner: what it belongs to.
///   - isUsed: whether that is given.
/// - Throws: `ContrastiveError.parameter`.
func requireNone(
  _ value: String?, named name: String, without owner: String, _ isUsed: Bool = false
) throws(ContrastiveError) {
  guard let value, !isUsed else { return }
  throw .parameter(name: name, found: value, expected: "none without \(owner)")
}
