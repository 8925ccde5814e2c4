import ContrastiveCore
import FoundationEssentials

/// Values as JSON, always with the same bytes for the same value.
public enum JSONText {
  /// One line of JSON with the keys in order, or several when it is to be read by people.
  ///
  /// - Parameters:
  ///   - value: what to encode.
  ///   - pretty: whether to break and indent lines.
  /// - Returns: the text, without a line feed at its end.
  /// - Throws: `ContrastiveError.parameter` for a number that is not finite, which JSON cannot
  ///   hold.
  public static func encode(
    _ value: some Encodable, pretty: Bool = false
  ) throws(ContrastiveError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    guard let data = try? encoder.encode(value) else {
      throw .parameter(name: "JSON", found: "\(value)", expected: "finite numbers")
    }
    return String(decoding: data, as: UTF8.self)
  }
}
