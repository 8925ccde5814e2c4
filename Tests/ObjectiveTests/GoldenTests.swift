import ContrastiveFiles
import Foundation
import Testing
import _Reference
import _TestSupport

/// The golden cases: inputs, options, and the values and gradients expected in Double.
@Suite struct GoldenTests {
  @Test(arguments: Row.all) func agreesWithGoldenCases(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      let files = try #require(
        Bundle.module.urls(forResourcesWithExtension: "safetensors", subdirectory: "Golden"))
      var cases = 0
      for url in files.map({ $0 as URL }) {
        let file = try SafetensorsFile(path: url.path)
        guard file.metadata["method"] == entry.name else { continue }
        cases += 1
        let problem = Problem(golden: file)
        let found = try entry.evaluate(problem)
        let defined = try entry.reference(problem)
        let name = url.lastPathComponent
        let loss = try file.tensor("expected.loss").float64(argument: "expected.loss")
        #expect(relativeError(found.loss, loss) <= 2e-5, "\(name)")
        #expect(relativeError(defined.loss, loss) <= 1e-9, "\(name): definition")
        let prefix = "expected.gradient."
        let expected = try ReferenceInputs(file.tensors)
        for key in file.tensors.keys where key.hasPrefix(prefix) {
          let variable = String(key.dropFirst(prefix.count))
          if let slope = found.scalars[variable] {
            let expected = expected[key][0][0]
            #expect(relativeError(slope, expected) <= 1e-4, "\(name)")
            let defined = try #require(defined.scalars[variable])
            #expect(relativeError(defined, expected) <= 1e-9, "\(name)")
          } else {
            let gradient = try #require(found.gradients[variable])
            #expect(worstError(gradient, expected[key]) <= 1e-4, "\(name): \(variable)")
            let reference = try #require(defined.gradients[variable])
            #expect(
              worstError(reference.joined(), expected[key].joined().map(\.self)) <= 1e-9,
              "\(name): definition, \(variable)")
          }
        }
      }
      #expect(cases == 2)
    }
    try check(row.entry)
  }
}

extension Problem {
  /// The inputs of a golden case, with the options as its `arguments` say: `--name value`, or
  /// `--name` alone.
  init(golden file: SafetensorsFile) {
    var options: [String: String] = [:]
    var name = ""
    for word in (file.metadata["arguments"] ?? "").split(separator: " ").map(String.init) {
      if word.hasPrefix("--") {
        name = String(word.dropFirst(2))
        options[name] = ""
      } else {
        options[name] = word
      }
    }
    self.init(file.tensors.filter { !$0.key.hasPrefix("expected.") }, options)
  }
}
