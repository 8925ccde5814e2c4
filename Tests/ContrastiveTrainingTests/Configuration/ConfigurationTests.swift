import ContrastiveCore
import Foundation
import Testing
import _TestSupport

import ContrastiveTraining

@Suite struct ConfigurationTests {
  @Test(arguments: MethodName.allCases) func givesBackWhatItWasMadeFrom(
    _ method: MethodName
  ) throws {
    var options = TrainingOptions(method)
    #expect(try Configuration(options).options() == options)
    options.seed = .max
    options.limit = 7
    options.learningRate = 0.1
    options.widths = [3]
    #expect(try Configuration(options).options() == options)
    #expect(options != TrainingOptions(method))
  }

  /// `JSONEncoder` writes what `config.json` holds, and reads it back, in part too.
  @Test(arguments: MethodName.allCases) func codesAsTheFileDoes(_ method: MethodName) throws {
    var options = TrainingOptions(method)
    (options.batchSize, options.cropWarmup) = (17, 3)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(options), as: UTF8.self)
    #expect(try text + "\n" == Configuration(options).text())
    #expect(text.contains(#""batch_size" : 17"#) && !text.contains("batchSize"))
    #expect(try JSONDecoder().decode(TrainingOptions.self, from: Data(text.utf8)) == options)
    var partial = TrainingOptions(method)
    partial.epochs = 3
    #expect(
      try JSONDecoder().decode(
        TrainingOptions.self, from: Data(#"{"method":"\#(method.rawValue)","epochs":3}"#.utf8))
        == partial)
  }

  @Test func everyOptionHasAName() throws {
    let names = Mirror(reflecting: TrainingOptions()).children.compactMap(\.label)
    let members =
      try JSONSerialization.jsonObject(
        with: JSONEncoder().encode(TrainingOptions(.simsiam))) as? [String: Any]
    for name in names {
      let given = ["architecture": "encoder", "frozenPart": "freeze"][name] ?? name
      let snake = given.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : "\($1)" }
      #expect(members?[snake] != nil, "\(snake)")
    }
    #expect(members?.count == names.count + 2)
  }

  @Test func valuesAreCodable() throws {
    func again<Value: Codable>(_ value: Value) throws -> Value {
      try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }
    let shape = try ImageShape(height: 2, width: 3, channels: 4)
    #expect(try again(shape) == shape)
    let scaling = try PixelScaling(mean: [0.5], deviation: [0.25])
    #expect(try again(scaling) == scaling)
    let options = EncoderOptions(widths: [3], head: .linear(outputs: 2))
    #expect(try again(options) == options)
    #expect(
      throws: ContrastiveError.parameter(name: "width", found: "0", expected: "1 … 65536")
    ) {
      try JSONDecoder().decode(
        ImageShape.self, from: Data(#"{"height":1,"width":0,"channels":1}"#.utf8))
    }
  }

  /// One namespace: the option of a method must not hide a common one.
  @Test(arguments: MethodName.allCases) func noNameIsUsedTwice(_ method: MethodName) throws {
    let names = [TrainingOptions(method) as Any, method.defaults].flatMap {
      Mirror(reflecting: $0).children.compactMap(\.label)
    }
    #expect(Set(names).count == names.count)
    #expect(!names.contains("name"))
  }

  @Test func setsByName() throws {
    var configuration = try Configuration(TrainingOptions(.moco))
    try configuration.set("temperature", to: "0.25")
    try configuration.set("batch-size", to: "16")
    try configuration.set("widths", to: "[4, 5]")
    try configuration.set("limit", to: "null")
    let options = try configuration.options()
    #expect((options.method as? MoCo.Options)?.temperature == 0.25)
    #expect(options.batchSize == 16)
    #expect(options.widths == [4, 5])
    #expect(options.limit == nil)
    #expect(try configuration.text().contains("\"bank_capacity\" : null"))
  }

  @Test func refusesUnknownNamesAndWrongTypes() throws {
    var configuration = try Configuration(TrainingOptions(.moco))
    #expect(
      throws: ContrastiveError.parameter(
        name: "option", found: "'tempratur'",
        expected: "one that there is; did you mean temperature?")
    ) { try configuration.set("tempratur", to: "1") }
    try configuration.set("epochs", to: "many")
    #expect(
      throws: ContrastiveError.parameter(name: "epochs", found: "\"many\"", expected: "Int")
    ) { try configuration.options() }
    #expect(
      throws: ContrastiveError.parameter(
        name: "method", found: "'mocov'", expected: "one that there is; did you mean moco?")
    ) { try MethodName(known: "mocov") }
  }

  @Test func readsAFileOverTheDefaults() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      #"{"method": "moco", "epochs": 3, "encoder_momentum": 0.5}"#, "options.json")
    var expected = TrainingOptions(.moco)
    expected.epochs = 3
    var method = MoCo.Options()
    method.encoderMomentum = 0.5
    expected.method = method
    #expect(try Configuration(path: path, method: .moco).options() == expected)
    let noObject = ContrastiveError.file(path: path, problem: "is not a JSON object of options")
    let refusals: [(text: String, error: ContrastiveError)] = [
      ("", noObject), ("[1]", noObject), ("{", noObject),
      (
        #"{"epoch": 3}"#,
        .parameter(
          name: "option", found: "'epoch'", expected: "one that there is; did you mean epochs?")
      ), (#"{"method": 7}"#, .parameter(name: "method", found: "7", expected: "a name")),
    ]
    for (text, error) in refusals {
      try folder.write(text, "options.json")
      #expect(throws: error, "\(text)") { try Configuration(path: path, method: .moco) }
    }
  }
}
