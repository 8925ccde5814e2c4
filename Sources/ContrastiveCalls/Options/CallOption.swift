/// An option of a call, as it is stated where it is read.
package struct CallOption: Sendable {
  /// The name, with dashes.
  package let name: String
  /// What it takes.
  package let kind: Kind
  /// What it is; also what its absence means, where `kind` has no default.
  package let help: String
  /// Where help lists it.
  package let section: Section

  /// What an option takes.
  package enum Kind: Sendable {
    /// Nothing: it is true when it is given.
    case flag
    /// A value, by default this one.
    case value(any OptionValue)
    /// A value of this type, and none when it is absent.
    case optional(any OptionValue.Type)
  }

  /// The sections of a method's help.
  package enum Section: Sendable {
    case method, negatives
  }
}
