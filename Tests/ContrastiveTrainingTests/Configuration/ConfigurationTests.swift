import ContrastiveCore
import Foundation
import Testing

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
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "\(UUID().uuidString).json"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(#"{"method": "moco", "epochs": 3, "encoder_momentum": 0.5}"#.utf8)
      .write(to: URL(fileURLWithPath: path))
    var expected = TrainingOptions(.moco)
    expected.epochs = 3
    var method = MoCo.Options()
    method.encoderMomentum = 0.5
    expected.method = ChosenMethod(.moco, method)
    #expect(try Configuration(path: path, method: .moco).options() == expected)
    for text in ["", "[1]", "{", #"{"epoch": 3}"#, #"{"method": 7}"#] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(throws: ContrastiveError.self, "\(text)") {
        try Configuration(path: path, method: .moco)
      }
    }
  }
}
