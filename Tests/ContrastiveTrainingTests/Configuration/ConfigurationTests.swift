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
    #expect((options.method.options as? MoCo.Options)?.temperature == 0.25)
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
    expected.method = ChosenMethod(.moco, method)
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
