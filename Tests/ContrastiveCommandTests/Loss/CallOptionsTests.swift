import ArgumentParser
import ContrastiveCalls
import ContrastiveCommand
import ContrastiveTensors
import Testing

/// What a call states of its options is what the call and the command take.
@Suite struct CallOptionsTests {
  static let methods = ObjectiveCalls.all.map { $0.method }

  @Test func everyCallIsACommand() {
    let commands = LossCommand.configuration.subcommands
    #expect(commands.map { $0.configuration.commandName } == Self.methods)
    #expect(Set(Self.options.keys).isSubset(of: Self.methods))
  }

  /// A call without options is the command without options.
  @Test(arguments: methods) func defaultsAgree(_ method: String) throws {
    func check<Call: ObjectiveCall>(_ call: Call.Type) throws {
      let parsed = try ObjectiveLoss<Call>.parse(["--input", "a", "--output", "b"])
      var (given, empty) = (CallOptions(parsed.options), CallOptions([:]))
      _ = try Call(&given)
      _ = try Call(&empty)
      try given.requireAllKnown(by: method)
      #expect(given.used == empty.used)
      #expect(!given.used.isEmpty || ["simsiam", "byol"].contains(method))
    }
    try check(call(method))
  }

  /// Each option that is described is one that the call takes, and the command gives to it.
  @Test(arguments: methods) func takesWhatItDescribes(_ method: String) throws {
    func check<Call: ObjectiveCall>(_ call: Call.Type) throws {
      let options = try Call.describe()
      let values = try Dictionary(
        uniqueKeysWithValues: options.map { ($0.name, try $0.example) })
      var given = CallOptions(values)
      _ = try Call(&given)
      try given.requireAllKnown(by: method)
      #expect(given.used == values)
      let words = try options.map { option in
        "--\(option.name)" + (try option.argument.map { "=\($0)" } ?? "")
      }
      let parsed = try ObjectiveLoss<Call>.parse(["--input", "a", "--output", "b"] + words)
      #expect(parsed.options == values)
    }
    try check(call(method))
  }

  /// Every option that a method had is still one, and help says what it is.
  @Test(arguments: methods) func helpHasEveryOption(_ method: String) throws {
    func check<Call: ObjectiveCall>(_ call: Call.Type) throws {
      let (options, help) = (try Call.describe(), ObjectiveLoss<Call>.helpMessage(columns: 80))
      for option in options {
        #expect(help.contains("\n  --\(option.name) "), "\(option.name)")
        #expect(option.help.hasSuffix(".") || option.help.hasSuffix(")"), "\(option.name)")
      }
      #expect((help.contains("NEGATIVES:")) == options.contains { $0.section == .negatives })
      let names = Set(options.map(\.name))
      for name in Self.options[method, default: ""].split(separator: " ") {
        let group = Self.groups[String(name)] ?? [String(name)]
        #expect(names.isSuperset(of: group), "\(name)")
      }
    }
    try check(call(method))
  }

  /// What chooses negatives is off unless given.
  @Test func negativesHaveNoDefaults() throws {
    let options = try NegativeChoice.describe()
    #expect(options.map(\.name).sorted() == Self.groups.values.joined().sorted())
    for option in options {
      #expect(option.section == .negatives)
      if case .value = option.kind { Issue.record("\(option.name) is always given") }
    }
  }

  private func call(_ method: String) throws -> any ObjectiveCall.Type {
    try #require(ObjectiveCalls.all.first { $0.method == method })
  }

  /// The options of methods; words in capitals are groups.
  static let options = [
    "infonce": "temperature symmetric FALSE RING MIX HARD",
    "nt-xent": "temperature FALSE RING MIX HARD",
    "supcon": "temperature base-temperature variant FALSE RING MIX HARD",
    "instdisc": "temperature partition epsilon FALSE RING MIX HARD",
    "swav": "temperature epsilon iterations assign-views",
    "protonce": "temperature duplicates FALSE RING MIX HARD",
    "hcsc": "temperature unselected instance-levels FALSE RING MIX HARD",
    "looc": "temperature FALSE RING MIX HARD",
    "fnc": "temperature top-k threshold aggregate mode RING MIX HARD",
    "invp": "temperature background positives steps weight epsilon exact-background",
    "hcl": "temperature tau-plus beta detach-weights FALSE RING",
    "dcl": "temperature tau-plus FALSE RING",
    "mochi": "temperature FALSE RING HARD",
    "cns": "temperature outer inner inner-mode ring-draws ring-seed ring-step FALSE MIX HARD",
    "ressl": "temperature target-temperature",
    "sce": "temperature target-temperature lambda self",
    "siglip": "temperature bias",
    "decoupled": "temperature sigma FALSE RING MIX HARD",
  ]

  static let groups = [
    "FALSE": [
      "false-negatives-top", "false-negatives-above", "false-negatives-aggregate",
      "false-negatives-mode",
    ],
    "RING": ["ring", "ring-draws", "ring-seed", "ring-step"],
    "MIX": ["mix", "mix-queries", "mix-hardest", "mix-seed", "mix-step"],
    "HARD": ["beta", "tau-plus", "detach-weights"],
  ]
}

extension CallOption {
  /// A value that it takes, as it is reported.
  fileprivate var example: JSONValue {
    get throws {
      switch kind {
      case .flag: return .flag(true)
      case .value(let standard): return standard.json
      case .optional(let type):
        let all: [JSONValue] =
          [.number(0.5), .integer(1), .text("0.25,0.5")] + type.words.map(JSONValue.text)
        return try #require(all.first { type.init($0) != nil })
      }
    }
  }

  /// The same as an argument; nil for a flag.
  fileprivate var argument: String? {
    get throws {
      switch try example {
      case .flag: nil
      case .integer(let value): "\(value)"
      case .number(let value): "\(value)"
      case .text(let text): text
      case let other: throw Unexpected(value: other)
      }
    }
  }
}

/// A value that no argument states.
private struct Unexpected: Error {
  let value: JSONValue
}
