import ContrastiveCore
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

/// Encoders by name, starts from weights, exports, and runs that move or go on for longer.
@Suite struct EncoderCommandTests {
  let folder: TemporaryFolder

  /// 48 training and 12 test images of 12 × 10 × 3 in three classes.
  init() throws {
    folder = try TemporaryFolder()
    try folder.writeImages("data", train: 48, test: 12)
  }

  private func train(_ run: String, _ more: String...) throws -> Command {
    try Command(
      arguments: [
        "train", "--data", folder.file("data"), "--output", folder.file(run), "--batch-size", "16",
        "--bank-capacity", "20", "--neighbors", "5", "--epochs", "1",
      ] + more)
  }

  private func tensors(_ name: String) throws -> [String: Tensor] {
    try SafetensorsFile(path: folder.file(name)).tensors
  }

  @Test func exportsTheSmallEncoder() throws {
    #expect(try train("run", "--widths", "8", "16").status == 0)
    let export = try Command(
      "export", "--run", folder.file("run"), "--output", folder.file("e.safetensors"))
    #expect(export.status == 0, "\(export.errors)")
    #expect(try export.json()["dimension"] as? Int == 16)
    let file = try SafetensorsFile(path: folder.file("e.safetensors"))
    let shapes: [String: [Int]] = [
      "0.weight": [8, 3, 3, 3], "1.weight": [8], "1.bias": [8], "1.running_mean": [8],
      "1.running_var": [8], "1.num_batches_tracked": [], "3.weight": [16, 8, 3, 3],
      "4.weight": [16], "4.bias": [16], "4.running_mean": [16], "4.running_var": [16],
      "4.num_batches_tracked": [],
    ]
    #expect(file.tensors.mapValues(\.shape) == shapes)
    let stored = try tensors("run/encoder.safetensors")
    let ours = try #require(stored["backbone.convolution2.weight"]).float32s(argument: "w")
    let torch = try #require(file.tensors["3.weight"]).float32s(argument: "w")
    // Output 5, input 3, kernel row 2, kernel column 1.
    let (place, ownPlace): (Int, Int) = (
      ((5 * 8 + 3) * 3 + 2) * 3 + 1, ((2 * 3 + 1) * 8 + 3) * 16 + 5
    )
    #expect(torch[place] == ours[ownPlace])
    let mean = try #require(file.metadata["mean"]).split(separator: ",").compactMap { Double($0) }
    #expect(mean.count == 3 && mean.allSatisfy { 0 < $0 && $0 < 1 })
    #expect(file.metadata["deviation"]?.split(separator: ",").count == 3)

    // An encoder starts from it, and from the run's own file, with the same backbone.
    for (name, source) in [("a", "e.safetensors"), ("b", "run/encoder.safetensors")] {
      let again = try train(
        name, "--widths", "8", "16", "--epochs", "0", "--initial-encoder", folder.file(source))
      #expect(again.status == 0, "\(again.errors)")
      for (tensor, values) in try tensors("\(name)/encoder.safetensors")
      where tensor.hasPrefix("backbone.") { #expect(stored[tensor] == values, "\(tensor)") }
      #expect(
        try SafetensorsFile(path: folder.file("\(name)/encoder.safetensors")).metadata["mean"]
          == file.metadata["mean"])
    }
  }

  @Test func trainsAResNetFromWeights() throws {
    let start = try train("start", "--encoder", "resnet18", "--epochs", "0", "--limit", "16")
    #expect(start.status == 0, "\(start.errors)")
    #expect(try folder.text("start/config.json").contains("\"stem\" : \"small\""))
    #expect(
      try Command("export", "--run", folder.file("start"), "-o", folder.file("e.safetensors"))
        .status == 0)
    let exported = try SafetensorsFile(path: folder.file("e.safetensors"))
    #expect(exported.tensors["layer2.0.downsample.0.weight"]?.shape == [128, 64, 1, 1])
    #expect(exported.tensors.count == 120)

    // Without metadata the scaling is ImageNet's; the head alone learns.
    var weights = exported.tensors
    weights["fc.weight"] = try Tensor(shape: [1, 2], elements: .float32([1, 2]))
    try SafetensorsFile(tensors: weights).write(to: folder.file("w.safetensors"))
    let run = try train(
      "run", "--encoder", "resnet18", "--initial-encoder", folder.file("w.safetensors"),
      "--freeze", "backbone", "--limit", "16")
    #expect(run.status == 0, "\(run.errors)")
    let before = try tensors("start/encoder.safetensors")
    for (name, tensor) in try tensors("run/encoder.safetensors") {
      #expect((before[name] == tensor) == name.hasPrefix("backbone."), "\(name)")
    }
    let encoder = try SafetensorsFile(path: folder.file("run/encoder.safetensors"))
    #expect(encoder.metadata["mean"] == "0.485,0.456,0.406")
    #expect(encoder.metadata["deviation"] == "0.229,0.224,0.225")

    weights["layer4.1.conv2.weight"] = nil
    try SafetensorsFile(tensors: weights).write(to: folder.file("bad.safetensors"))
    let missing = try train(
      "no", "--encoder", "resnet18", "--initial-encoder", folder.file("bad.safetensors"))
    #expect(missing.status == 65 && missing.errors.contains("layer4.1.conv2.weight"))
    #expect(missing.errorLines.last?.contains("bad.safetensors") == true)
    let stem = try train(
      "no", "--encoder", "resnet18", "--stem", "large", "--initial-encoder",
      folder.file("w.safetensors"))
    #expect(stem.status == 65 && stem.errors.contains("expected [64 × 3 × 7 × 7]"))
    let other = try train("no", "--initial-encoder", folder.file("w.safetensors"))
    #expect(
      other.status == 65 && other.errors.contains("has no tensor 0.weight"), "\(other.errors)")
    #expect(!folder.exists("no"))
  }

  /// As the configurations of earlier runs may have it, where it says nothing.
  @Test func aSavedNormalizationOfTheSmallEncoder() throws {
    let run = try train("saved", "--set", "last_normalization=zero")
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func refusesOptionsThatDoNotFit() throws {
    let refusals: [([String], String)] = [
      (["--encoder", "resnet19"], "encoder"), (["--stem", "large"], "stem"),
      (["--encoder", "resnet18", "--widths", "8"], "widths"), (["--freeze", "head"], "freeze"),
      (["--set", "pixel_mean=[0.5]"], "pixel-mean"),
      (["--last-normalization", "zero"], "last-normalization: found zero"),
    ]
    for (arguments, text) in refusals {
      let run = try Command(
        arguments: ["train", "--data", folder.file("data"), "--output", folder.file("no")]
          + arguments)
      #expect(run.status == 64, "\(run.errors)")
      #expect(run.errors.contains(text), "\(run.errors)")
      #expect(!folder.exists("no"))
    }
    let none = try Command("export", "--run", folder.file("data"), "-o", folder.file("e"))
    #expect(none.status == 65 && none.errors.contains("encoder.safetensors"))
  }

  @Test func aRunMovesAndGoesOn() throws {
    let options = ["--widths", "8", "16", "--checkpoint-steps", "1"]
    func start(_ run: String, epochs: String) throws -> Command {
      try train(run, options[0], options[1], options[2], "--epochs", epochs)
    }
    #expect(try start("run", epochs: "2").status == 0)
    try FileManager.default.moveItem(atPath: folder.file("data"), toPath: folder.file("moved"))
    let gone = try Command("train", "--resume", folder.file("run"), "--epochs", "3")
    #expect(gone.status == 65)
    #expect(folder.exists("run/result.json"))
    try folder.writeImages("data", train: 48, test: 13)
    let other = try Command("train", "--resume", folder.file("run"), "--epochs", "3")
    #expect(other.status == 65 && other.errors.contains("other test images"), "\(other.errors)")
    #expect(try folder.text("run/config.json").contains("\"epochs\" : 2"))

    let shorter = try Command("train", "--resume", folder.file("run"), "--epochs", "1")
    #expect(shorter.status == 64 && shorter.errors.contains("2 or more"))
    let longer = try Command(
      "train", "--resume", folder.file("run"), "--data", folder.file("moved"), "--epochs", "4")
    #expect(longer.status == 0, "\(longer.errors)")
    #expect(longer.errors.contains("goes on to 4 epochs instead of 2"))
    #expect(try longer.json()["epochs"] as? Int == 4)
    #expect(try folder.text("run/metrics.jsonl").split(separator: "\n").count == 4)
    #expect(try folder.text("run/config.json").contains("/moved\""))

    let again = try Command("train", "--resume", folder.file("run"))
    #expect(again.status == 0 && again.errors.contains("is finished"))
  }
}
