import Contrastive
import ContrastiveTensors

/// The options of a call by name, as JSON holds them.
///
/// An option is stated where it is read: name, default and help stand there and nowhere else, and
/// are kept for the command's help. A name that nothing reads is refused.
package struct CallOptions {
  private let given: [String: JSONValue]
  /// The names that were read.
  private var known: [String] = []
  /// The options that were read, in order.
  private(set) var stated: [CallOption] = []
  /// Every option that takes part, with the value used, defaults included.
  package private(set) var used: [String: JSONValue] = [:]
  private var group = Group()

  /// What is being read.
  private struct Group {
    var section = CallOption.Section.method
    /// Whether options take part only when they are given, or another of their group is.
    var isOptional = false
    /// What options that mean nothing alone would have to stand beside.
    var missing: String?
  }

  /// - Parameter given: names with dashes; null is as good as absent.
  package init(_ given: [String: JSONValue]) {
    self.given = given.filter { $0.value != .null }
  }

  /// Refuses options that nothing reads.
  package func requireAllKnown(by method: String) throws(ContrastiveError) {
    guard let name = given.keys.filter({ !known.contains($0) }).min() else { return }
    let nearest = nearestName(to: name, among: known.sorted())
    throw .parameter(
      name: name, found: "an option that \(method) does not have",
      expected: nearest.map { "such as \($0)" } ?? "none")
  }

  /// Refuses an option that is given without the one it belongs to.
  package func requireNone(
    _ name: String, without owner: String, _ isUsed: Bool
  ) throws(ContrastiveError) {
    guard !isUsed, let found = given[name] else { return }
    throw .parameter(name: name, found: found.text, expected: "none without \(owner)")
  }

  /// Options that take part together, when one of the first is given.
  ///
  /// All of them are read in any case, so that all are known.
  ///
  /// - Parameters:
  ///   - section: where help lists them; nil for where the options around them are.
  ///   - first: reads those of which one must be given.
  ///   - second: reads those that mean nothing without, and are refused then.
  /// - Returns: what was read; nil without one of the first.
  /// - Throws: `ContrastiveError.parameter`.
  mutating func group<First, Second>(
    in section: CallOption.Section? = nil,
    any first: (inout CallOptions) throws(ContrastiveError) -> First,
    besides second: (inout CallOptions) throws(ContrastiveError) -> Second
  ) throws(ContrastiveError) -> (First, Second)? {
    let (outer, others, before) = (group, used, known.count)
    defer { group = outer }
    group.section = section ?? outer.section
    group.isOptional = true
    let decisive = try first(&self)
    let names = known[before...]
    let isOn = names.contains { given[$0] != nil }
    if !isOn && group.missing == nil { group.missing = names.joined(separator: " or ") }
    let dependent = try second(&self)
    guard isOn else {
      used = others
      return nil
    }
    return (decisive, dependent)
  }

  /// A value that may be absent.
  ///
  /// - Parameters:
  ///   - name: the option's name.
  ///   - type: the value's type.
  ///   - help: what it is.
  ///   - absence: what help says of its absence.
  /// - Returns: the value, if it is given.
  /// - Throws: `ContrastiveError.parameter`.
  mutating func value<Value: OptionValue>(
    _ name: String, of type: Value.Type = Value.self, _ help: String, otherwise absence: String?
  ) throws(ContrastiveError) -> Value? {
    state(name, .optional(type), help, default: absence)
    let found = try value(name, Value.expected) { Value($0) }
    if let found {
      used[name] = found.json
    } else if !group.isOptional {
      used[name] = .null
    }
    return found
  }

  /// A value.
  ///
  /// - Parameters:
  ///   - name: the option's name.
  ///   - value: what it is when it is absent.
  ///   - help: what it is.
  ///   - absence: what help says of its absence instead of the default.
  /// - Returns: the value.
  /// - Throws: `ContrastiveError.parameter`.
  mutating func value<Value: OptionValue>(
    _ name: String, default value: Value, _ help: String, otherwise absence: String? = nil
  ) throws(ContrastiveError) -> Value {
    // One that is optional is given only when the user gives it: its help must say the default.
    let absence = absence ?? (group.isOptional ? value.json.brief : nil)
    state(name, absence == nil ? .value(value) : .optional(Value.self), help, default: absence)
    let found = try self.value(name, Value.expected) { Value($0) } ?? value
    used[name] = found.json
    return found
  }

  /// True or false; false when it is absent.
  package mutating func flag(_ name: String, _ help: String = "") throws(ContrastiveError) -> Bool {
    state(name, .flag, help, default: nil)
    let found = try value(name, "true or false") { (value: JSONValue) -> Bool? in
      if case .flag(let found) = value { found } else { nil }
    }
    used[name] = .flag(found ?? false)
    return found ?? false
  }

  /// A value of one's own kind that may be absent, and that no help has.
  mutating func value<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(ContrastiveError) -> Value? {
    known.append(name)
    guard let found = given[name] else { return nil }
    if let missing = group.missing {
      guard found == .flag(false) else {
        throw .parameter(name: name, found: found.text, expected: "none without \(missing)")
      }
      return nil
    }
    guard let value = read(found) else {
      throw .parameter(name: name, found: found.text, expected: expected)
    }
    return value
  }

  private mutating func state(
    _ name: String, _ kind: CallOption.Kind, _ help: String, default standard: String?
  ) {
    stated.append(
      CallOption(
        name: name, kind: kind, help: help + (standard.map { " (default: \($0))" } ?? ""),
        section: group.section))
  }
}

extension JSONValue {
  /// The value in a message.
  fileprivate var text: String {
    switch self {
    case .null: "null"
    case .flag(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    case .list: "a list"
    case .object: "an object"
    }
  }

  /// The value in help, where a whole number has no fraction.
  fileprivate var brief: String {
    number.flatMap { Int(exactly: $0) }.map { "\($0)" } ?? text
  }
}
