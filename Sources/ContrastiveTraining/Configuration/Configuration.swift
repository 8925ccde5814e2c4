import Contrastive
import ContrastiveFiles
import FoundationEssentials

/// The options of a run as JSON: one flat object in snake case, as `config.json` holds it.
///
/// ```
/// {"batch_size": 256, "epochs": 12, "method": "moco", "temperature": 0.1, …}
/// ```
///
/// Common options and those of the method stand side by side. Every option has a member; one that
/// depends on the data and was not given is null.
public struct Configuration: Sendable, Equatable {
  private var members: [String: JSONValue]

  /// The configuration of some options.
  ///
  /// - Parameter options: common options and those of the method.
  /// - Throws: `ContrastiveError.parameter` for what JSON cannot hold.
  public init(_ options: TrainingOptions) throws(ContrastiveError) {
    members = Dictionary(
      uniqueKeysWithValues: Self.names(of: options).map { ($0, JSONValue.null) })
    for name in Self.names(of: options.method.options) { members[name] = .null }
    guard case .object(var written) = try Self.tree(of: options) else { return }
    if case .object(let method)? = written.removeValue(forKey: "method") {
      written.merge(method) { common, _ in common }
    }
    written["method"] = written.removeValue(forKey: "name")
    members.merge(written) { _, value in value }
  }

  /// Reads a configuration over the defaults of its method.
  ///
  /// - Parameters:
  ///   - path: a file with a JSON object of some of the options, `method` perhaps among them.
  ///   - method: the method when the file does not name one.
  /// - Throws: `ContrastiveError.file` for what is not such an object, `.parameter` for an option
  ///   that there is not, with the nearest name.
  public init(path: String, method: MethodName) throws(ContrastiveError) {
    let text = try TextFile.read(path: path, largest: 1 << 20)
    try self.init(text: String(decoding: text, as: UTF8.self), path: path, method: method)
  }

  /// Reads a configuration over the defaults of its method.
  ///
  /// - Parameters:
  ///   - text: a JSON object of some of the options.
  ///   - path: where it is from, for messages.
  ///   - method: the method when the text does not name one.
  /// - Throws: what `init(path:method:)` throws.
  init(text: String, path: String, method: MethodName = .moco) throws(ContrastiveError) {
    guard
      case .object(let given)? = try? JSONDecoder().decode(
        JSONValue.self, from: Data(text.utf8))
    else { throw .file(path: path, problem: "is not a JSON object of options") }
    var name = method
    if let member = given["method"] {
      guard case .text(let text) = member else {
        throw .parameter(name: "method", found: Self.text(member), expected: "a name")
      }
      name = try MethodName(known: text)
    }
    try self.init(TrainingOptions(name))
    for (name, value) in given.sorted(by: { $0.key < $1.key }) { try set(name, to: value) }
  }

  /// Sets an option.
  ///
  /// - Parameters:
  ///   - name: in snake case or, as flags are spelt, with hyphens.
  ///   - text: JSON, or a text that needs no quotes.
  /// - Throws: `ContrastiveError.parameter` for a name that there is not, with the nearest one.
  public mutating func set(_ name: String, to text: String) throws(ContrastiveError) {
    let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    try set(name.replacing("-", with: "_"), to: value ?? .text(text))
  }

  private mutating func set(_ name: String, to value: JSONValue) throws(ContrastiveError) {
    guard members[name] != nil else {
      throw .unknown("option", name, among: members.keys.sorted())
    }
    guard name != "method" || members[name] == value else {
      throw .parameter(
        name: "method", found: Self.text(value),
        expected: Self.text(members[name] ?? .null) + ", which the other options belong to")
    }
    members[name] = value
  }

  /// The options.
  ///
  /// - Throws: `ContrastiveError.parameter` for a value of the wrong type.
  public func options() throws(ContrastiveError) -> TrainingOptions {
    guard case .text(let text)? = members["method"] else {
      throw .parameter(name: "method", found: "none", expected: "a name")
    }
    let defaults = TrainingOptions(try MethodName(known: text))
    var nested = members
    var method: [String: JSONValue] = ["name": .text(text)]
    for name in Self.names(of: defaults.method.options) {
      method[name] = nested.removeValue(forKey: name)
    }
    nested["method"] = .object(method)
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(
        TrainingOptions.self, from: Data(JSONText.encode(JSONValue.object(nested)).utf8))
    } catch let error as DecodingError {
      throw wrongType(error)
    } catch {
      throw .parameter(name: "configuration", found: "\(error)", expected: "options")
    }
  }

  private func wrongType(_ error: DecodingError) -> ContrastiveError {
    let (context, expected): (DecodingError.Context, String) =
      switch error {
      case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
        (context, "\(type)")
      case .keyNotFound(_, let context): (context, "a value")
      case .dataCorrupted(let context): (context, "a value of another type or range")
      @unknown default: (.init(codingPath: [], debugDescription: ""), "a value")
      }
    let path = context.codingPath.filter { $0.intValue == nil && $0.stringValue != "method" }
    let name = path.first.map { Self.snakeCase($0.stringValue) } ?? "configuration"
    return .parameter(
      name: name, found: Self.text(members[name] ?? .null), expected: expected)
  }

  /// The first option whose value differs, where the data are left out.
  func firstDifference(from other: Configuration) -> String? {
    Set(members.keys).union(other.members.keys).subtracting(["data"]).sorted()
      .first { members[$0] != other.members[$0] }
  }

  /// The configuration as it is written: keys in order, one a line.
  ///
  /// - Throws: `ContrastiveError.parameter` for a number that is not finite.
  public func text() throws(ContrastiveError) -> String {
    try JSONText.encode(JSONValue.object(members), pretty: true) + "\n"
  }

  private static func text(_ value: JSONValue) -> String {
    (try? JSONText.encode(value)) ?? "\(value)"
  }

  private static func tree(of value: TrainingOptions) throws(ContrastiveError) -> JSONValue {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    // A number that JSON cannot hold becomes a text, which `options()` then refuses by name.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
    guard let data = try? encoder.encode(value),
      let tree = try? JSONDecoder().decode(JSONValue.self, from: data)
    else { throw .parameter(name: "options", found: "\(value)", expected: "what JSON can hold") }
    return tree
  }

  /// The names of a value's properties, those that are nil included.
  private static func names(of value: Any) -> [String] {
    Mirror(reflecting: value).children.compactMap { $0.label.map(snakeCase) }
  }

  private static func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : "\($1)" }
  }
}

extension MethodName {
  /// The method of a name.
  ///
  /// - Throws: `ContrastiveError.parameter` for a name that there is not, with the nearest one.
  public init(known text: String) throws(ContrastiveError) {
    guard let name = MethodName(rawValue: text) else {
      throw .unknown("method", text, among: Self.allCases.map(\.rawValue))
    }
    self = name
  }
}

extension ContrastiveError {
  /// A name that there is not, with the nearest one that there is.
  package static func unknown(
    _ kind: String, _ name: String, among names: [String]
  ) -> ContrastiveError {
    let nearest = nearestName(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
    return .parameter(name: kind, found: "'\(name)'", expected: "one that there is\(nearest)")
  }
}
