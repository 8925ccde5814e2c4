import Contrastive
import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Any JSON value: a report shows what a run wrote, whichever method wrote it.
enum JSONTree: Decodable, Sendable, Equatable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([JSONTree])
  case object([String: JSONTree])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([JSONTree].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: JSONTree].self))
    }
  }

  /// The value of a JSON text, or nil.
  init?(_ text: some StringProtocol) {
    guard let tree = try? JSONDecoder().decode(JSONTree.self, from: Data(text.utf8)) else {
      return nil
    }
    self = tree
  }

  /// The number, if it is one.
  var number: Double? { if case .number(let value) = self { value } else { nil } }
  /// The text, if it is one.
  var string: String? { if case .text(let value) = self { value } else { nil } }

  /// A member of an object.
  subscript(name: String) -> JSONTree? {
    if case .object(let members) = self { members[name] } else { nil }
  }

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

/// The text of a small file.
enum TextFile {
  /// Reads a file as UTF-8.
  ///
  /// - Parameter path: the file.
  /// - Returns: its text, or nil when there is no such file.
  /// - Throws: `ContrastiveError.file` when it is there but cannot be read.
  static func text(at path: String) throws(ContrastiveError) -> String? {
    guard let file = fopen(path, "rb") else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw .file(path: path, problem: "cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    guard ferror(file) == 0 else {
      throw .file(path: path, problem: "cannot be read: \(String(cString: strerror(errno)))")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
