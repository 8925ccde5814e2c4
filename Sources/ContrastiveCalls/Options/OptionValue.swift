import ContrastiveTensors

/// A value that an option can have, stated in JSON or as an argument of a command.
package protocol OptionValue: CustomStringConvertible, Sendable {
  /// What messages say of its kind.
  static var expected: String { get }
  /// The words that it can be; none when it is no choice among words.
  static var words: [String] { get }
  /// What help calls it; nil for the option's own name.
  static var placeholder: String? { get }

  /// The value in JSON, if it is one of this kind.
  init?(_ json: JSONValue)
  /// The same as an argument of a command.
  init?(argument: String)

  /// The value as it is reported.
  var json: JSONValue { get }
}

extension OptionValue {
  package static var words: [String] { [] }
  package static var placeholder: String? { nil }
}

extension Double: OptionValue {
  package static var expected: String { "a number" }

  package init?(_ json: JSONValue) {
    guard let number = json.number else { return nil }
    self = number
  }

  package init?(argument: String) { self.init(argument) }

  package var json: JSONValue { .number(self) }
}

extension Int: OptionValue {
  package static var expected: String { "a whole number" }

  package init?(_ json: JSONValue) {
    if case .integer(let number) = json {
      self = number
    } else {
      guard let number = json.number.flatMap({ Int(exactly: $0) }) else { return nil }
      self = number
    }
  }

  package init?(argument: String) { self.init(argument) }

  package var json: JSONValue { .integer(self) }
}
