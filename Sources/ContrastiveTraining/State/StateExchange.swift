import Contrastive
import ContrastiveFiles
import FoundationEssentials

/// A value with state that a checkpoint keeps.
///
/// One function saves, loads and compares, so that what is saved is what is loaded:
///
/// ```swift
/// mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
///   try state("momentum", &momentum)
///   try state("bank", &bank)
/// }
/// ```
public protocol Stateful {
  /// Passes every part of the state to `state` under a unique name.
  ///
  /// - Parameter state: takes the parts when saving, replaces them when loading.
  /// - Throws: `ContrastiveError.file` when loading finds a part missing or of another type or
  ///   shape.
  mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError)
}

/// Saves the state of values, or restores it, part by part.
///
/// Parts are tensors and texts, named by the path that leads to them: `method.bank.rows`.
public struct StateExchange: Sendable {
  /// Arrays by path.
  public private(set) var tensors: [String: Tensor] = [:]
  /// Texts by path.
  public private(set) var texts: [String: String] = [:]
  /// Whether state is being loaded rather than saved.
  public let isLoading: Bool
  /// The file the state comes from, for messages.
  public let source: String
  private var path = ""
  private var untaken: Set<String> = []

  /// An exchange that saves the state of values.
  public init() {
    isLoading = false
    source = ""
  }

  /// An exchange that restores the state of values.
  ///
  /// - Parameters:
  ///   - tensors: arrays by path.
  ///   - texts: texts by path.
  ///   - source: the file they come from, for messages.
  public init(loading tensors: [String: Tensor], texts: [String: String], from source: String) {
    self.tensors = tensors
    self.texts = texts
    self.source = source
    isLoading = true
    untaken = Set(tensors.keys).union(texts.keys)
  }

  /// Exchanges a part under a name.
  ///
  /// - Parameters:
  ///   - name: unique among the parts of the value.
  ///   - part: taken or replaced.
  /// - Throws: `ContrastiveError.file` when loading finds something else than the part takes.
  public mutating func callAsFunction<Part: Stateful>(
    _ name: String, _ part: inout Part
  ) throws(ContrastiveError) {
    let outer = path
    path = path.isEmpty ? name : "\(path).\(name)"
    defer { path = outer }
    try part.exchange(&self)
  }

  /// Exchanges an optional part.
  ///
  /// - Parameters:
  ///   - name: unique among the parts of the value.
  ///   - part: taken or replaced.
  ///   - blank: a value for the loaded state to go into.
  /// - Throws: `ContrastiveError.file` when loading finds something else than the part takes.
  public mutating func callAsFunction<Part: Stateful>(
    _ name: String, _ part: inout Part?, blank: @autoclosure () -> Part
  ) throws(ContrastiveError) {
    var isThere = part != nil
    try self("\(name).is_there", &isThere)
    guard isThere else { return part = nil }
    var value = part ?? blank()
    try self(name, &value)
    part = value
  }

  /// Exchanges any number of parts of one kind.
  ///
  /// - Parameters:
  ///   - name: unique among the parts of the value.
  ///   - parts: taken or replaced, and then possibly of another number.
  ///   - blank: a value for each loaded state to go into.
  /// - Throws: `ContrastiveError.file` when loading finds something else than the parts take.
  public mutating func callAsFunction<Part: Stateful>(
    _ name: String, _ parts: inout [Part], blank: @autoclosure () -> Part
  ) throws(ContrastiveError) {
    var count = parts.count
    try self("\(name).count", &count)
    guard 0...max(tensors.count + texts.count, parts.count) ~= count else {
      throw failure("\(name).count", "is \(count), more than the file holds")
    }
    parts = (0..<count).map { $0 < parts.count ? parts[$0] : blank() }
    for index in 0..<count { try self("\(name).\(index)", &parts[index]) }
  }

  /// Exchanges a small value as JSON text.
  ///
  /// - Parameters:
  ///   - name: unique among the parts of the value.
  ///   - value: taken or replaced.
  /// - Throws: `ContrastiveError.file` when loading finds something else, `.parameter` when saving
  ///   a number that is not finite.
  public mutating func record<Value: Codable>(
    _ name: String, _ value: inout Value
  ) throws(ContrastiveError) {
    let name = path.isEmpty ? name : "\(path).\(name)"
    guard isLoading else { return texts[name] = try JSONText.encode(value) }
    untaken.remove(name)
    guard let text = texts[name] else { throw failure(name, "is missing") }
    guard let read = try? JSONDecoder().decode(Value.self, from: Data(text.utf8)) else {
      throw failure(name, "cannot be read by this version")
    }
    value = read
  }

  /// Exchanges the tensor that is the current part; for values that are a single array.
  ///
  /// - Parameters:
  ///   - tensor: taken or replaced by one of the same type.
  ///   - shape: what its shape must be; any of the same rank when nil.
  /// - Throws: `ContrastiveError.file` when loading finds another type or shape.
  public mutating func tensor(
    _ tensor: inout Tensor, shape: [Int]? = nil
  ) throws(ContrastiveError) {
    guard isLoading else {
      precondition(tensors.updateValue(tensor, forKey: path) == nil, "\(path) saved twice")
      return
    }
    untaken.remove(path)
    guard let found = tensors[path] else { throw failure(path, "is missing") }
    let fits = shape.map { found.shape == $0 } ?? (found.shape.count == tensor.shape.count)
    guard found.type == tensor.type, fits else {
      let wanted =
        shape.map { "\(tensor.type.rawValue) \($0)" }
        ?? "\(tensor.type.rawValue) of \(tensor.shape.count) axes"
      throw failure(path, "is \(found.summary), expected \(wanted)")
    }
    tensor = found
  }

  /// An error about the current part, for values that check what they load.
  ///
  /// - Parameter problem: what is wrong, such as `has a negative count`.
  /// - Returns: the error to throw.
  public func failure(_ problem: String) -> ContrastiveError { failure(path, problem) }

  private func failure(_ name: String, _ problem: String) -> ContrastiveError {
    .file(path: source, problem: "is not a state of this run: \(name) \(problem)")
  }

  /// Checks that every loaded part was used.
  ///
  /// - Throws: `ContrastiveError.file` naming a part that belongs to nothing.
  public func finish() throws(ContrastiveError) {
    if let name = untaken.min() { throw failure(name, "belongs to nothing") }
  }
}
