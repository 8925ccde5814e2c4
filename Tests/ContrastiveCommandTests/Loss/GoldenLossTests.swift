import ContrastiveCommand
import ContrastiveCore
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

/// `contrastive loss` by the golden cases that the library is tested by.
@Suite struct GoldenLossTests {
  /// A golden case.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let method: String
    let arguments: [String]
    let inputs: [String: Tensor]
    /// The loss, and gradients by name.
    let expected: [String: Tensor]

    init(_ url: URL) throws {
      let file = try SafetensorsFile(url)
      testDescription = url.deletingPathExtension().lastPathComponent
      method = file.metadata["method"] ?? ""
      arguments = (file.metadata["arguments"] ?? "").split(separator: " ").map(String.init)
      inputs = file.tensors.filter { !$0.key.hasPrefix("expected.") }
      expected = Dictionary(
        uniqueKeysWithValues: file.tensors.filter { $0.key.hasPrefix("expected.") }.map {
          (String($0.key.dropFirst("expected.".count)), $0.value)
        })
    }

    /// Runs the command on other tensors of this case.
    func run(
      _ tensors: [String: Tensor], in folder: TemporaryFolder, _ more: [String] = []
    ) throws -> Command {
      try SafetensorsFile(tensors: tensors).write(to: folder.file("in.safetensors"))
      return try Command(
        arguments: [
          "loss", method, "-i", folder.file("in.safetensors"), "-o",
          folder.file("out.safetensors"),
        ] + arguments + more)
    }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../ObjectiveTests/Golden").standardized

  static let cases: [Case] = {
    let urls = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (urls ?? []).sorted { $0.path < $1.path }.compactMap { try? Case($0) }
  }()

  /// Every method has two cases.
  @Test func theTableIsWhole() {
    let methods = LossCommand.configuration.subcommands.compactMap {
      $0.configuration.commandName
    }
    #expect(Self.cases.map(\.method).sorted() == (methods + methods).sorted())
  }

  @Test(arguments: cases) func agrees(_ golden: Case) throws {
    let folder = try TemporaryFolder()
    let names = golden.expected.keys.filter { $0 != "loss" }.map {
      String($0.dropFirst("gradient.".count))
    }
    let run = try golden.run(
      golden.inputs, in: folder, ["--gradient", names.joined(separator: ",")])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let file = try SafetensorsFile(path: folder.file("out.safetensors"))
    #expect(Set(file.tensors.keys) == Set(golden.expected.keys))
    for (name, expected) in golden.expected {
      let found = try file.tensor(name)
      #expect(found.shape == expected.shape, "\(name)")
      expectClose(
        try found.float64s(), try expected.float64s(), within: name == "loss" ? 2e-5 : 1e-4,
        "\(name)")
    }
    let report = try run.json()
    #expect(report["method"] as? String == golden.method)
    #expect(report["tensors"] as? [String] == golden.inputs.keys.sorted())
    #expect(report["gradients"] as? [String] == names.sorted())
  }

  /// Tensors that some forms do without.
  static let optional: Set<String> = [
    "infonce bank", "sce bank", "instdisc noise", "swav queue", "hcsc prototype-mask.0",
    "hcsc prototype-mask.1", "protonce centroids.1", "hcsc centroids.2",
  ]

  /// Each tensor in turn missing, and each of several axes flattened.
  @Test(arguments: cases) func refusesOtherTensors(_ golden: Case) throws {
    for (name, tensor) in golden.inputs {
      let folder = try TemporaryFolder()
      func expectRefusal(_ run: Command, _ text: String) {
        #expect(run.status == 65, "\(name): \(run.errors)")
        #expect(run.errorLines.count == 1 && run.output.isEmpty, "\(name): \(run.errors)")
        #expect(text.isEmpty || run.errors.contains(text), "\(run.errors)")
        #expect(!folder.exists("out.safetensors"))
      }
      var others = golden.inputs
      others[name] = nil
      if !Self.optional.contains("\(golden.method) \(name)") {
        expectRefusal(try golden.run(others, in: folder), "")
      }
      guard tensor.shape.count > 1 else { continue }
      others[name] = Tensor(tensor.elements)
      expectRefusal(
        try golden.run(others, in: folder), "\(name): found shape [\(tensor.elements.count)]")
    }
  }
}
