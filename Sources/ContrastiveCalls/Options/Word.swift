import ContrastiveTensors

/// One of the words of a choice.
struct Word<Choice: RawRepresentable<String> & CaseIterable & Sendable>: OptionValue {
  let choice: Choice

  init(_ choice: Choice) { self.choice = choice }

  static var expected: String { "one of \(words.joined(separator: ", "))" }
  static var words: [String] { Choice.allCases.map(\.rawValue) }

  init?(_ json: JSONValue) {
    guard let word = json.string else { return nil }
    self.init(argument: word)
  }

  init?(argument: String) {
    guard let choice = Choice(rawValue: argument) else { return nil }
    self.choice = choice
  }

  var json: JSONValue { .text(choice.rawValue) }
  var description: String { choice.rawValue }
}
