import Contrastive
import ContrastiveTensors

extension CallOptions {
  /// A number that may be absent.
  package mutating func number(
    _ name: String, _ help: String = "", otherwise absence: String? = nil
  ) throws(ContrastiveError) -> Double? {
    try value(name, help, otherwise: absence)
  }

  /// A number.
  package mutating func number(
    _ name: String, default value: Double, _ help: String = "", otherwise absence: String? = nil
  ) throws(ContrastiveError) -> Double {
    try self.value(name, default: value, help, otherwise: absence)
  }

  /// A whole number that may be absent.
  package mutating func integer(
    _ name: String, _ help: String = "", otherwise absence: String? = nil
  ) throws(ContrastiveError) -> Int? {
    try value(name, help, otherwise: absence)
  }

  /// A whole number.
  package mutating func integer(
    _ name: String, default value: Int, _ help: String = "", otherwise absence: String? = nil
  ) throws(ContrastiveError) -> Int {
    try self.value(name, default: value, help, otherwise: absence)
  }

  /// A seed, or a step that names draws.
  package mutating func seed(
    _ name: String, _ help: String = ""
  ) throws(ContrastiveError) -> UInt64 {
    UInt64(bitPattern: Int64(try integer(name, default: 0, help)))
  }

  /// One of some words that may be absent.
  package mutating func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, of type: Choice.Type, _ help: String = ""
  ) throws(ContrastiveError) -> Choice? {
    try value(name, of: Word<Choice>.self, help, otherwise: nil)?.choice
  }

  /// One of some words.
  package mutating func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, default value: Choice, _ help: String = ""
  ) throws(ContrastiveError) -> Choice {
    try self.value(name, default: Word(value), help).choice
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
}
