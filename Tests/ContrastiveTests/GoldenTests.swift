import Contrastive
import ContrastiveFiles
import Foundation
import Testing

/// The golden cases: inputs, options and the values and gradients expected in Double.
@Suite struct GoldenTests {
  /// A case read from its file.
  struct Golden {
    let file: SafetensorsFile
    let name: String
    var arguments: [String] {
      (file.metadata["arguments"] ?? "").split(separator: " ").map(String.init)
    }

    init(_ name: String) throws {
      self.name = name
      let url = try #require(
        Bundle.module.url(forResource: name, withExtension: "safetensors", subdirectory: "Golden"))
      file = try SafetensorsFile(path: url.path)
    }

    func matrix(_ name: String) throws -> Matrix {
      try file.tensor(name).matrix(argument: name)
    }

    func matrixIfPresent(_ name: String) throws -> Matrix? {
      file.tensors[name] == nil ? nil : try matrix(name)
    }

    /// The value of an option, or what it is without it.
    func option<Value: LosslessStringConvertible>(_ name: String, or standard: Value) -> Value {
      guard let place = arguments.firstIndex(of: "--\(name)") else { return standard }
      return Value(arguments[place + 1]) ?? standard
    }

    func flag(_ name: String) -> Bool { arguments.contains("--\(name)") }

    /// Compares a result with all that the file expects: the value within 2e-5, gradients within
    /// 1e-4 of the largest.
    func expect<Variable: RawRepresentable<String>>(_ found: Evaluation<Variable>) throws {
      let loss = try file.tensor("expected.loss").float64(argument: "expected.loss")
      #expect(relativeError(found.loss, loss) <= 2e-5, "\(name): loss")
      let prefix = "expected.gradient."
      for (key, tensor) in file.tensors where key.hasPrefix(prefix) {
        let name = String(key.dropFirst(prefix.count))
        let expected = try tensor.float64s(argument: key)
        if name == "temperature" {
          let slope = try #require(found.temperatureGradient)
          #expect(relativeError(slope, expected[0]) <= 1e-4, "\(self.name): temperature")
          continue
        }
        let variable = try #require(Variable(rawValue: name))
        let gradient = try #require(found[variable])
        let rows = stride(from: 0, to: expected.count, by: gradient.columns).map {
          Array(expected[$0..<($0 + gradient.columns)])
        }
        #expect(worstError(gradient, rows) <= 1e-4, "\(self.name): \(name)")
      }
    }
  }

  @Test(arguments: ["infonce-default", "infonce-symmetric"]) func infoNCE(_ name: String) throws {
    let golden = try Golden(name)
    let bank = try golden.matrixIfPresent("bank")
    let objective = try InfoNCE(
      temperature: golden.option("temperature", or: 0.07), symmetric: golden.flag("symmetric"))
    try golden.expect(
      objective.evaluate(
        queries: golden.matrix("queries"), keys: golden.matrix("keys"), bank: bank,
        gradients: bank == nil ? [.queries, .keys, .temperature] : [.queries]))
  }
}
