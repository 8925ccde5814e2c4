/// Counts of a JSON text, taken without parsing it.
///
/// In valid JSON every colon outside a string is one member of an object. Constant memory, no
/// recursion, linear time.
struct JSONOutline {
  /// Deepest nesting of objects and arrays.
  private(set) var depth = 0
  /// Members of all objects, counting a repeated name as often as it occurs.
  private(set) var members = 0
  /// Commas outside strings.
  private(set) var separators = 0
  /// The first byte outside strings that no JSON text has there.
  private(set) var strayByte: Int?

  init(of text: [UInt8]) {
    var nesting = 0
    var isString = false
    var isEscaped = false
    for (position, byte) in text.enumerated() {
      if isString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        nesting += 1
        depth = max(depth, nesting)
      case UInt8(ascii: "}"), UInt8(ascii: "]"): nesting -= 1
      case UInt8(ascii: ":"): members += 1
      case UInt8(ascii: ","): separators += 1
      case UInt8(ascii: "0")...UInt8(ascii: "9"), 0x20, 0x09, 0x0a, 0x0d: break
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"): break
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): break
      default:
        strayByte = position
        return
      }
    }
  }
}
