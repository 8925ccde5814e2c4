import ContrastiveFiles

extension JSONValue {
  /// Names and values as lines of a table, members of members as `outer.inner`.
  var entries: [(name: String, value: String)] {
    guard case .object(let members) = self else { return [] }
    return members.sorted { $0.key < $1.key }.flatMap { name, value in
      let inner = value.entries
      return inner.isEmpty
        ? [(name, value.summary)] : inner.map { ("\(name).\($0.name)", $0.value) }
    }
  }

  /// The value on one line.
  var summary: String {
    switch self {
    case .null: "none"
    case .flag(let value): value ? "yes" : "no"
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): Self.shortest(value)
    case .text(let value): value
    case .list(let values): values.map(\.summary).joined(separator: ", ")
    case .object(let members): members.isEmpty ? "{}" : "\(members.count) members"
    }
  }

  /// A number that was a Float32 is shown as one.
  private static func shortest(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
    let short = Double("\(Float(value))") ?? value
    return abs(short - value) <= 1e-7 * abs(value) ? "\(short)" : "\(value)"
  }
}
