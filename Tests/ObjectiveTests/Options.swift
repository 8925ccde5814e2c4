import Testing

/// The options of a problem, each read once by the entry that knows it.
final class Options {
  private var left: [String: String]

  init(_ options: [String: String]) { left = options }

  func text(_ name: String) -> String? { left.removeValue(forKey: name) }

  func number(_ name: String) throws -> Double? {
    try text(name).map { try #require(Double($0), "\(name) \($0)") }
  }

  func integer(_ name: String) throws -> Int? {
    try text(name).map { try #require(Int($0), "\(name) \($0)") }
  }

  func flag(_ name: String) -> Bool { text(name) != nil }

  func choice<Choice: RawRepresentable<String>>(_ name: String) throws -> Choice? {
    try text(name).map { try #require(Choice(rawValue: $0), "\(name) \($0)") }
  }

  /// An option that no entry asked for would be a test of something else.
  func requireAllRead() throws { try #require(left.isEmpty, "\(left)") }
}
