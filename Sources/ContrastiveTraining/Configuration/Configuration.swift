import Contrastive
import ContrastiveFiles
import ContrastiveTensors
import FoundationEssentials

/// The options of a run as JSON: one flat object in snake case, as `config.json` holds it.
///
/// ```
/// {"batch_size": 256, "epochs": 12, "method": "moco", "temperature": 0.1, …}
/// ```
///
/// Common options and those of the method are members of the same object. Every option has a
/// member; one whose default depends on the data is null until it is set.
public struct Configuration: Sendable, Equatable {
  /// The options by name.
  private(set) var members: [String: JSONValue]

  /// The configuration of some options.
  ///
  /// - Parameter options: common options and those of the method.
  /// - Throws: `ContrastiveError.parameter` for what JSON cannot hold, and for a method with an
  ///   option that is called like a common one.
  public init(_ options: TrainingOptions) throws(ContrastiveError) {
    members = ["method": .text(options.method.name)]
    for field in OptionField.all { members[field.name] = try field.value(options) }
    for (name, value) in try Self.members(of: options.method) {
      guard members.updateValue(value, forKey: name) == nil else {
        throw .parameter(
          name: "method", found: "\(options.method.name), which has an option \(name)",
          expected: "options that are called unlike the common ones")
      }
    }
  }

  /// Reads a configuration over the defaults of its method.
  ///
  /// - Parameters:
  ///   - path: a file with a JSON object of some of the options, `method` perhaps among them.
  ///   - method: the method when the file does not name one.
  /// - Throws: `ContrastiveError.file` for what is not such an object, `.parameter` for an unknown
  ///   option, with the nearest name.
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
  ///   - methods: methods of one's own.
  /// - Throws: what `init(path:method:)` throws.
  package init(
    text: String, path: String, method: MethodName = .moco, methods: [any MethodOptions.Type] = []
  ) throws(ContrastiveError) {
    try self.init(Self.object(text, path: path), method: method, methods: methods)
  }

  /// The configuration in a checkpoint, which may be of any method.
  init(saved text: String, path: String) throws(ContrastiveError) {
    let saved = try Self.saved(text, path: path)
    if case .text(let name)? = saved["method"], MethodName(rawValue: name) == nil {
      self.init(members: saved)
    } else {
      try self.init(saved)
    }
  }

  private init(members: [String: JSONValue]) { self.members = members }

  /// Some options over the defaults of their method.
  init(
    _ given: [String: JSONValue], method: MethodName = .moco, methods: [any MethodOptions.Type] = []
  ) throws(ContrastiveError) {
    var defaults = method.defaults
    if let member = given["method"] {
      guard case .text(let text) = member else {
        throw .parameter(name: "method", found: Self.text(member), expected: "a name")
      }
      defaults = try Self.defaults(of: text, methods)
    }
    try self.init(TrainingOptions(defaults))
    for (name, value) in given.sorted(by: { $0.key < $1.key }) { try set(name, to: value) }
  }

  /// Options of a run; one without a product was begun when there was the BLAS alone.
  static func saved(
    _ text: String, path: String
  ) throws(ContrastiveError) -> [String: JSONValue] {
    try object(text, path: path).merging(["product": .text(MatrixProduct.blas.rawValue)]) {
      own, _ in own
    }
  }

  private static func object(
    _ text: String, path: String
  ) throws(ContrastiveError) -> [String: JSONValue] {
    guard
      case .object(let given)? = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    else { throw .file(path: path, problem: "is not a JSON object of options") }
    return given
  }

  private static func defaults(
    of name: String, _ methods: [any MethodOptions.Type]
  ) throws(ContrastiveError) -> any MethodOptions {
    if let own = methods.first(where: { $0.name == name }) { return own.init() }
    return try MethodName(known: name).defaults
  }

  /// Sets an option.
  ///
  /// - Parameters:
  ///   - name: in snake case or, as flags are spelled, with hyphens.
  ///   - text: JSON, or a string without quotes.
  /// - Throws: `ContrastiveError.parameter` for an unknown name, with the nearest one.
  public mutating func set(_ name: String, to text: String) throws(ContrastiveError) {
    let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    try set(name.replacing("-", with: "_"), to: value ?? .text(text))
  }

  private mutating func set(_ name: String, to value: JSONValue) throws(ContrastiveError) {
    guard members[name] != nil else {
      throw .unknown("option", name, among: members.keys.sorted())
    }
    try requireParameter(
      name != "method" || members[name] == value, "method", Self.text(value),
      Self.text(members[name] ?? .null) + ", which the other options belong to")
    members[name] = value
    // A preset's strengths are those of the options, which may then be set one by one.
    guard name == "augment", let preset = try? value.decoded(AugmentName.self) else { return }
    var options = TrainingOptions()
    options.apply(preset)
    for field in OptionField.all where AugmentName.options.contains(field.name) {
      members[field.name] = try field.value(options)
    }
  }

  /// The options.
  ///
  /// - Parameter methods: methods of one's own, besides those the package comes with.
  /// - Returns: the options.
  /// - Throws: `ContrastiveError.parameter` for a value of the wrong type, and for an unknown
  ///   method.
  public func options(
    methods: [any MethodOptions.Type] = []
  ) throws(ContrastiveError) -> TrainingOptions {
    guard case .text(let name)? = members["method"] else {
      throw .parameter(name: "method", found: "none", expected: "a name")
    }
    var options = TrainingOptions(try Self.defaults(of: name, methods))
    for field in OptionField.all {
      do {
        try field.set(&options, members[field.name] ?? .null)
      } catch {
        throw wrongType(error, of: field.name)
      }
    }
    options.method = try read(options.method)
    return options
  }

  /// The method's own options.
  private func read<Options: MethodOptions>(
    _ defaults: Options
  ) throws(ContrastiveError) -> any MethodOptions {
    var own: [String: JSONValue] = [:]
    for name in try Self.members(of: defaults).keys { own[name] = members[name] }
    do {
      return try JSONValue.object(own).decoded(Options.self)
    } catch {
      throw wrongType(error, of: nil)
    }
  }

  private func wrongType(_ error: any Error, of option: String?) -> ContrastiveError {
    let (path, expected): ([any CodingKey], String) =
      switch error as? DecodingError {
      case .typeMismatch(let type, let context)?, .valueNotFound(let type, let context)?:
        (context.codingPath, "\(type)")
      case .keyNotFound(let key, _)?: ([key], "a value")
      case .dataCorrupted(let context)?:
        (context.codingPath, "a value of another type or range")
      default: ([], "a value")
      }
    let name = option ?? path.first.map { Self.snakeCase($0.stringValue) } ?? "configuration"
    return .parameter(
      name: name, found: Self.text(members[name] ?? .null), expected: expected)
  }

  /// The first option whose value differs, other than the epochs and where files are.
  func firstDifference(from other: Configuration) -> String? {
    Set(members.keys).union(other.members.keys)
      .subtracting(["data", "epochs", "initial_encoder"]).sorted()
      .first { members[$0] != other.members[$0] }
  }

  /// The configuration as JSON text: sorted keys, one per line.
  ///
  /// - Throws: `ContrastiveError.parameter` for a number that is not finite.
  public func text() throws(ContrastiveError) -> String {
    try JSONText.encode(JSONValue.object(members), pretty: true) + "\n"
  }

  private static func text(_ value: JSONValue) -> String {
    (try? JSONText.encode(value)) ?? "\(value)"
  }

  /// The options of a method by name, those that are nil as null.
  private static func members(
    of method: some MethodOptions
  ) throws(ContrastiveError) -> [String: JSONValue] {
    let names = Mirror(reflecting: method).children.compactMap { $0.label.map(snakeCase) }
    var members = Dictionary(names.map { ($0, JSONValue.null) }) { first, _ in first }
    if case .object(let written) = try JSONValue(encoding: method, named: method.name) {
      members.merge(written) { _, value in value }
    }
    return members
  }

  private static func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : "\($1)" }
  }
}

extension ContrastiveError {
  /// An unknown name, with the nearest known one.
  package static func unknown(
    _ kind: String, _ name: String, among names: [String]
  ) -> ContrastiveError {
    let nearest = nearestName(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
    return .parameter(name: kind, found: "'\(name)'", expected: "one that there is\(nearest)")
  }
}
