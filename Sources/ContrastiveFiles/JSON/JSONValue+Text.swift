import ContrastiveTensors
import FoundationEssentials

extension JSONValue {
  /// The value of a JSON text, or nil.
  package init?(_ text: some StringProtocol) {
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) else {
      return nil
    }
    self = value
  }
}
