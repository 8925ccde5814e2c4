import Contrastive
import ContrastiveTensors

/// The options of a call by name, as JSON holds them.
///
/// What an objective reads is known, with the value used; a name that nothing reads is refused.
package struct CallOptions {
  private let given: [String: JSONValue]
  private var known: Set<String> = []
  /// Every option that takes part, with the value used, defaults included.
  package private(set) var used: [String: JSONValue] = [:]

  /// - Parameter given: names with dashes; null is as good as absent.
  package init(_ given: [String: JSONValue]) {
    self.given = given.filter { $0.value != .null }
  }

  /// Whether one of the options is given; without it others that mean nothing alone are refused.
  ///
  /// All of them are known then, and what is not given is no part of what is used.
  mutating func has(
    any names: [String], besides others: [String]
  ) throws(ContrastiveError) -> Bool {
    known.formUnion(names + others)
    if names.contains(where: { given[$0] != nil }) { return true }
    for name in others {
      guard let found = given[name], found != .flag(false) else { continue }
      throw .parameter(
        name: name, found: found.text,
        expected: "none without \(names.joined(separator: " or "))")
    }
    return false
  }

  /// Says that an option takes part with a value.
  mutating func note(_ name: String, _ value: JSONValue) { used[name] = value }

  /// Refuses options that nothing reads.
  package func requireAllKnown(by method: String) throws(ContrastiveError) {
    guard let name = given.keys.filter({ !known.contains($0) }).min() else { return }
    let nearest = nearestName(to: name, among: known.sorted())
    throw .parameter(
      name: name, found: "an option that \(method) does not have",
      expected: nearest.map { "such as \($0)" } ?? "none")
  }

  /// A number that may be absent.
  package mutating func number(_ name: String) throws(ContrastiveError) -> Double? {
    try value(name, "a number") { $0.number }
  }

  /// A number.
  package mutating func number(_ name: String, default value: Double) throws(ContrastiveError)
    -> Double
  {
    let found = try number(name) ?? value
    note(name, .number(found))
    return found
  }

  /// A whole number that may be absent.
  package mutating func integer(_ name: String) throws(ContrastiveError) -> Int? {
    try value(name, "a whole number") {
      if case .integer(let found) = $0 { found } else { $0.number.flatMap { Int(exactly: $0) } }
    }
  }

  /// A whole number.
  package mutating func integer(_ name: String, default value: Int) throws(ContrastiveError) -> Int
  {
    let found = try integer(name) ?? value
    note(name, .integer(found))
    return found
  }

  /// True or false; false when it is absent.
  package mutating func flag(_ name: String) throws(ContrastiveError) -> Bool {
    let found = try value(name, "true or false") { (value: JSONValue) -> Bool? in
      if case .flag(let found) = value { found } else { nil }
    }
    note(name, .flag(found ?? false))
    return found ?? false
  }

  /// One of some words that may be absent.
  package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Choice.Type
  ) throws(ContrastiveError) -> Choice? {
    let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return try value(name, "one of \(words)") { $0.string.flatMap { Choice(rawValue: $0) } }
  }

  /// One of some words.
  package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, default value: Choice
  ) throws(ContrastiveError) -> Choice {
    let found = try choice(name, of: Choice.self) ?? value
    note(name, .text(found.rawValue))
    return found
  }

  /// Whole numbers of at least 1, one or a list, that may be absent.
  package mutating func counts(_ name: String) throws(ContrastiveError) -> [Int]? {
    try value(name, "whole numbers of at least 1") { (value: JSONValue) -> [Int]? in
      let list: [JSONValue] = if case .list(let values) = value { values } else { [value] }
      let counts = list.compactMap { $0.number.flatMap { Int(exactly: $0) } }.filter { $0 > 0 }
      return counts.count == list.count && !list.isEmpty ? counts : nil
    }
  }

  /// Some of the words of a choice that may be absent.
  package mutating func choices<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Choice.Type
  ) throws(ContrastiveError) -> [Choice]? {
    let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return try value(name, "a list of \(words)") { (value: JSONValue) -> [Choice]? in
      guard case .list(let values) = value else { return nil }
      let found = values.compactMap { $0.string.flatMap { Choice(rawValue: $0) } }
      return found.count == values.count && !found.isEmpty ? found : nil
    }
  }

  /// A value of one's own kind that may be absent.
  mutating func value<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(ContrastiveError) -> Value? {
    known.insert(name)
    guard let found = given[name] else { return nil }
    guard let value = read(found) else {
      throw .parameter(name: name, found: found.text, expected: expected)
    }
    return value
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
}
