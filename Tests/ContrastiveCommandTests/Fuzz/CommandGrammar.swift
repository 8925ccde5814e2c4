import Foundation
import Testing
import _TestSupport

/// Every subcommand with its arguments, as the program itself describes them.
struct CommandGrammar {
  /// An argument of a subcommand.
  struct Argument {
    enum Kind: String { case option, flag, positional }

    let kind: Kind
    let name: String
    let isOptional: Bool
    let choices: [String]
  }

  /// A subcommand: its words and its arguments.
  struct Subcommand {
    let words: [String]
    let arguments: [Argument]
  }

  let subcommands: [Subcommand]

  init() throws {
    let help = try Command("--experimental-dump-help")
    let root = try #require(try help.json()["command"] as? [String: Any])
    var found: [Subcommand] = []
    func visit(_ command: [String: Any], _ words: [String]) {
      let children = command["subcommands"] as? [[String: Any]] ?? []
      for child in children {
        guard let name = child["commandName"] as? String, name != "help" else { continue }
        visit(child, words + [name])
      }
      guard children.isEmpty else { return }
      let arguments = (command["arguments"] as? [[String: Any]] ?? []).compactMap(Argument.init)
      found.append(Subcommand(words: words, arguments: arguments))
    }
    visit(root, [])
    subcommands = found
  }
}

extension CommandGrammar.Argument {
  init?(_ json: [String: Any]) {
    guard let kind = (json["kind"] as? String).flatMap(Kind.init(rawValue:)),
      let name = json["valueName"] as? String
    else { return nil }
    self.init(
      kind: kind, name: name, isOptional: json["isOptional"] as? Bool ?? true,
      choices: json["allValues"] as? [String] ?? [])
  }
}
