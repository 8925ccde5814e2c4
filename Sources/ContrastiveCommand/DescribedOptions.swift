import ArgumentParser
import ContrastiveCalls
import ContrastiveTensors

/// The options of a command that a call describes, of one section.
///
/// Swift Argument Parser looks for property wrappers in a type's mirror, takes a definition from
/// each, and gives the values back by the names they have there. So nothing here is a property: the
/// mirror holds a wrapper for each option of the description, and `init(from:)` asks for each.
struct DescribedOptions<Reader: OptionReader, Section: DescribedSection>: ParsableArguments,
  CustomReflectable
{
  /// The options that have a value, by name.
  private(set) var values: [String: JSONValue] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: OptionName.self)
    for option in Self.options {
      values[option.name] = try option.value(in: container)
    }
  }

  var customMirror: Mirror {
    Mirror(self, children: Self.options.map { (label: $0.name, value: $0.wrapper) })
  }

  private static var options: [CallOption] {
    do {
      return try Reader.describe().filter { $0.section == Section.section }
    } catch {
      preconditionFailure("the defaults of \(Reader.self): \(error)")
    }
  }
}

/// A section of the options that a call describes.
protocol DescribedSection {
  static var section: CallOption.Section { get }
}

/// The options of the method itself.
enum OwnSection: DescribedSection {
  static var section: CallOption.Section { .method }
}

/// The options that choose negatives.
enum NegativesSection: DescribedSection {
  static var section: CallOption.Section { .negatives }
}

extension CallOption {
  /// What the parser takes the option's definition from.
  fileprivate var wrapper: Any {
    switch kind {
    case .flag: Flag(wrappedValue: false, name: .customLong(name), help: ArgumentHelp(help))
    case .value(let standard): option(standard)
    case .optional(let type): optional(type)
    }
  }

  private func option<Value: OptionValue>(_ standard: Value) -> Any {
    Option(
      wrappedValue: OptionArgument(value: standard), name: .customLong(name),
      help: ArgumentHelp(help, valueName: Value.placeholder))
  }

  private func optional<Value: OptionValue>(_ type: Value.Type) -> Any {
    Option<OptionArgument<Value>?>(
      wrappedValue: nil, name: .customLong(name),
      help: ArgumentHelp(help, valueName: Value.placeholder))
  }

  /// What was parsed; nil for what was not given and has no default.
  fileprivate func value(
    in container: KeyedDecodingContainer<OptionName>
  ) throws -> JSONValue? {
    switch kind {
    case .flag:
      try container.decode(Flag<Bool>.self, forKey: key).wrappedValue ? .flag(true) : nil
    case .value(let standard): try value(like: standard, in: container)
    case .optional(let type): try value(of: type, in: container)
    }
  }

  private func value<Value: OptionValue>(
    like standard: Value, in container: KeyedDecodingContainer<OptionName>
  ) throws -> JSONValue {
    try container.decode(Option<OptionArgument<Value>>.self, forKey: key).wrappedValue.value.json
  }

  private func value<Value: OptionValue>(
    of type: Value.Type, in container: KeyedDecodingContainer<OptionName>
  ) throws -> JSONValue? {
    try container.decode(Option<OptionArgument<Value>?>.self, forKey: key).wrappedValue?.value.json
  }

  private var key: OptionName { OptionName(stringValue: name) }
}

/// A value as the parser reads and shows it.
private struct OptionArgument<Value: OptionValue>: ExpressibleByArgument {
  let value: Value

  init(value: Value) { self.value = value }

  init?(argument: String) {
    guard let value = Value(argument: argument) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { value.description }

  static var allValueStrings: [String] { Value.words }

  static var defaultCompletionKind: CompletionKind {
    Value.words.isEmpty ? .default : .list(Value.words)
  }
}

/// An option's name as a key.
private struct OptionName: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
