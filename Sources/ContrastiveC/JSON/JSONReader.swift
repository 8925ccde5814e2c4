import ContrastiveCore
import ContrastiveTensors

/// Reads a JSON text (RFC 8259) without Foundation.
struct JSONReader {
  private let bytes: [UInt8]
  private var place = 0
  private var depth = 0

  /// Deepest nesting of lists and objects.
  private static let deepest = 32

  /// What a text holds: an object's members.
  ///
  /// - Throws: `ContrastiveError.parameter` that says where it stops being JSON.
  static func object(
    _ text: String, argument: String
  ) throws(ContrastiveError) -> [String: JSONValue] {
    var reader = JSONReader(bytes: Array(text.utf8))
    guard let value = reader.value(), reader.isAtEnd, case .object(let members) = value else {
      throw .parameter(
        name: argument, found: "text that is no JSON object from byte \(reader.place) on",
        expected: "a JSON object")
    }
    return members
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return place == bytes.count
    }
  }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[place]) { place += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[place...].starts(with: word) else { return false }
    place += word.count
    return true
  }

  private mutating func value() -> JSONValue? {
    skipSpace()
    guard place < bytes.count, depth < Self.deepest else { return nil }
    switch bytes[place] {
    case UInt8(ascii: "{"): return object()
    case UInt8(ascii: "["): return list()
    case UInt8(ascii: "\""): return string().map { .text($0) }
    case UInt8(ascii: "t"): return take(word: "true") ? .flag(true) : nil
    case UInt8(ascii: "f"): return take(word: "false") ? .flag(false) : nil
    case UInt8(ascii: "n"): return take(word: "null") ? .null : nil
    default: return number()
    }
  }

  private mutating func object() -> JSONValue? {
    place += 1
    depth += 1
    defer { depth -= 1 }
    var members: [String: JSONValue] = [:]
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\""), let name = string(),
        take(":"), let value = value(), members.updateValue(value, forKey: name) == nil
      else { return nil }
    } while take(",")
    return take("}") ? .object(members) : nil
  }

  private mutating func list() -> JSONValue? {
    place += 1
    depth += 1
    defer { depth -= 1 }
    var values: [JSONValue] = []
    if take("]") { return .list(values) }
    repeat {
      guard let value = value() else { return nil }
      values.append(value)
    } while take(",")
    return take("]") ? .list(values) : nil
  }

  private mutating func number() -> JSONValue? {
    let start = place
    let allowed = Array("+-.0123456789eE".utf8)
    while place < bytes.count, allowed.contains(bytes[place]) { place += 1 }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    guard let first = text.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: ".") else {
      place = start
      return nil
    }
    if let whole = Int(text) { return .integer(whole) }
    if let whole = UInt64(text) { return .unsigned(whole) }
    guard let value = Double(text), value.isFinite else {
      place = start
      return nil
    }
    return .number(value)
  }

  private mutating func string() -> String? {
    place += 1
    var units: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: units, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escaped() else { return nil }
        units.append(contentsOf: String(Character(scalar)).utf8)
      case 0..<0x20: return nil
      default: units.append(byte)
      }
    }
    return nil
  }

  /// What follows a backslash.
  private mutating func escaped() -> Unicode.Scalar? {
    guard place < bytes.count else { return nil }
    let byte = bytes[place]
    place += 1
    switch Unicode.Scalar(byte) {
    case "b": return "\u{8}"
    case "f": return "\u{c}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "\"", "\\", "/": return Unicode.Scalar(byte)
    case "u":
      guard let high = hexadecimal() else { return nil }
      guard 0xd800..<0xdc00 ~= high else { return Unicode.Scalar(high) }
      guard take(word: "\\u"), let low = hexadecimal(), 0xdc00..<0xe000 ~= low else { return nil }
      return Unicode.Scalar(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
    default: return nil
    }
  }

  private mutating func hexadecimal() -> UInt32? {
    guard place + 4 <= bytes.count else { return nil }
    let digits = String(decoding: bytes[place..<(place + 4)], as: UTF8.self)
    place += 4
    return digits.first == "+" || digits.first == "-" ? nil : UInt32(digits, radix: 16)
  }
}
