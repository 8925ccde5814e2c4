import ContrastiveCore
import ContrastiveFiles
import ContrastiveTraining
import Foundation
import Testing
import _TestSupport

/// Folders of pictures through `train`, `embed`, `search`, `evaluate` and `report`.
@Suite struct PictureCommandTests {
  let folder: TemporaryFolder
  /// 24 PNG files of three colors, in folders by color, and one that is damaged.
  private let pictures: String

  init() throws {
    folder = try TemporaryFolder()
    pictures = folder.file("pictures")
    for number in 0..<24 {
      let color = ["red", "green", "blue"][number % 3]
      try FileManager.default.createDirectory(
        atPath: "\(pictures)/\(color)", withIntermediateDirectories: true)
      let (width, height) = (20 + number, 30 - number / 2)
      let samples = (0..<(width * height * 3)).map { place in
        UInt8(place % 3 == number % 3 ? 200 : (place * (number + 3)) % 90)
      }
      let picture = try PNGImage(samples: samples, width: width, height: height, channels: 3)
      try folder.write(picture.bytes, "pictures/\(color)/\(number).png")
      if number == 0 { try folder.write(picture.bytes.dropLast(9), "pictures/red/damaged.png") }
    }
  }

  private func train(_ run: String, _ more: String...) throws -> Command {
    try Command(
      arguments: [
        "train", "--data", pictures, "--output", folder.file(run), "--epochs", "2", "--method",
        "simclr", "--batch-size", "8", "--widths", "4", "8", "--image-size", "16",
      ] + more)
  }

  @Test func aFolderOfPicturesFromTrainingToSearch() throws {
    let run = try train("run", "--labels", "none")
    #expect(run.status == 0, "\(run.errors)")
    let result = try run.json()
    #expect(result["knn_accuracy"] is NSNull && result["skipped"] as? Int == 1)
    for name in ["alignment", "uniformity", "rankme", "embedding_spread"] {
      #expect((result[name] as? Double)?.isFinite == true, "\(name)")
    }
    #expect(run.errors.contains("Warning: skipped red/damaged.png: is a damaged PNG"))
    #expect(run.errors.contains("24 training images of 16 × 16 × 3"))

    let embedded = try Command(
      "embed", "--run", folder.file("run"), "--images", pictures, "--output",
      folder.file("x.npy"), "--names", folder.file("names.txt"))
    #expect(embedded.status == 0, "\(embedded.errors)")
    #expect(try embedded.json()["rows"] as? Int == 24)
    let names = try folder.text("names.txt").split(separator: "\n").map(String.init)
    #expect(names == names.sorted() && names.count == 24 && names[0] == "blue/11.png")
    #expect(embedded.errors.contains("skipped red/damaged.png"))
    let rows = try NPYFile.read(path: folder.file("x.npy")).matrix()
    #expect((rows.rows, rows.columns) == (24, 8))

    let found = try Command(
      "search", "--run", folder.file("run"), "--images", pictures, "--query",
      "\(pictures)/green/4.png", "-k", "3", "--json", "--page", folder.file("found.html"))
    #expect(found.status == 0, "\(found.errors)")
    let results = try #require(try found.json()["results"] as? [[String: Any]])
    #expect(results.count == 3 && results[0]["path"] as? String == "green/4.png")
    #expect(abs((results[0]["similarity"] as? Double ?? 0) - 1) < 1e-6)
    let page = try folder.text("found.html")
    #expect(page.contains("green/4.png") && page.ranges(of: "class=\"picture\"").count == 4)
    let lines = try Command(
      "search", "--run", folder.file("run"), "--images", pictures, "--query",
      "\(pictures)/green/4.png", "-k", "99")
    #expect(lines.output.split(separator: "\n").count == 24)
    #expect(lines.output.hasPrefix("1.0000  green/4.png\n"))

    let report = try Command("report", folder.file("run"))
    #expect(report.status == 0, "\(report.errors)")
    let html = try folder.text("run/report.html")
    for section in ["map", "gallery", "prototypes", "clusters"] {
      #expect(html.contains("<section id=\"\(section)\""), "\(section)")
    }
    #expect(!html.contains("✓") && html.contains("red/3.png"))
  }

  /// A query that the encoder gives nothing is like no picture, and not like all of them.
  @Test func aQueryWithoutFeatures() throws {
    #expect(try train("run").status == 0)
    let path = folder.file("run/encoder.safetensors")
    let file = try EncoderFile(path: path)
    var encoder = file.encoder
    for slot in encoder.network.parameters.layout.slots
    where slot.name.hasPrefix("backbone.normalization2.") {
      let value: Float = slot.name.hasSuffix("scale") ? 0 : -1
      for place in slot.range { encoder.network.parameters.values[place] = value }
    }
    try EncoderFile(encoder, options: file.options, scaling: file.scaling).write(to: path)
    let query = "\(pictures)/green/4.png"
    let run = try Command(
      "search", "--run", folder.file("run"), "--images", pictures, "--query", query)
    #expect(run.status == 65 && run.output.isEmpty)
    #expect(run.errors.contains("\(query): has features of zeros alone"), "\(run.errors)")
  }

  @Test func classesMemoryAndResume() throws {
    let run = try train("run", "--holdout", "0.25", "--neighbors", "3")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("18 training and 6 test images of 16 × 16 × 3"))
    #expect(try run.json()["knn_accuracy"] is Double)
    let encoder = try folder.bytes("run/encoder.safetensors")
    // Nothing held, another number of threads: the same bytes.
    let small = try train(
      "small", "--holdout", "0.25", "--neighbors", "3", "--memory", "1K", "--threads", "3")
    #expect(small.status == 0, "\(small.errors)")
    #expect(try folder.bytes("small/encoder.safetensors") == encoder)
    let cached = try train(
      "cached", "--holdout", "0.25", "--neighbors", "3", "--memory", "1K", "--cache",
      folder.file("cache"))
    #expect(cached.status == 0, "\(cached.errors)")
    #expect(try folder.bytes("cached/encoder.safetensors") == encoder)

    let evaluated = try Command(
      "evaluate", "--run", folder.file("run"), "--images", pictures, "--holdout", "0.25", "--k",
      "3", "--json")
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let measures = try evaluated.json()
    #expect(measures["knn_accuracy"] as? Double == (try run.json()["knn_accuracy"] as? Double))
    #expect(measures["logistic_accuracy"] is Double || measures["logistic_accuracy"] is Int)
    #expect(measures["train_rows"] as? Int == 18 && measures["test_rows"] as? Int == 6)

    let report = try Command("report", folder.file("run"))
    #expect(report.status == 0, "\(report.errors)")
    #expect(try folder.text("run/report.html").contains("green"))
  }

  @Test func arraysWithoutLabelsOrTestImages() throws {
    try folder.writeImages("data", train: 32, test: 4)
    for name in ["train-labels.npy", "test-labels.npy", "test-images.npy"] {
      try FileManager.default.removeItem(atPath: folder.file("data/\(name)"))
    }
    let run = try Command(
      "train", "--data", folder.file("data"), "--output", folder.file("run"), "--epochs", "1",
      "--batch-size", "16", "--widths", "4", "--augment", "byol", "--method", "byol")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.json()["knn_accuracy"] is NSNull)
    #expect(try run.json()["rankme"] is Double && run.json()["skipped"] == nil)
    #expect(try folder.text("run/config.json").contains("\"augment\" : \"byol\""))
    let report = try Command("report", folder.file("run"))
    #expect(report.status == 0, "\(report.errors)")
  }

  @Test func whatIsRefused() throws {
    func expect(_ status: Int32, _ text: String, _ arguments: String...) throws {
      let found = try Command(arguments: arguments)
      #expect(found.status == status, "\(found.errors)")
      #expect(found.errors.contains(text), "\(found.errors)")
    }
    let strict = try train("strict", "--strict")
    #expect(strict.status == 65 && strict.errorLines.count == 1)
    #expect(strict.errors.contains("\(pictures)/red/damaged.png: is a damaged PNG"))
    try FileManager.default.createDirectory(
      atPath: folder.file("empty"), withIntermediateDirectories: false)
    let run = folder.file("run")
    try expect(
      65, "holds no pictures", "train", "--data", folder.file("empty"), "--output", run)
    #expect(!folder.exists("run"))
    for (option, value) in [
      ("--holdout", "1"), ("--image-size", "0"), ("--memory", "0"), ("--memory", "2X"),
      ("--labels", "some"), ("--augment", "strong"),
    ] {
      try expect(
        64, String(option.dropFirst(2)), "train", "--data", pictures, "--output", run, option,
        value)
    }
    #expect(try train("run").status == 0)
    let images = folder.file("x.npy")
    try NPYFile.write(
      Tensor(shape: [2, 4, 4, 3], elements: .uint8([UInt8](repeating: 0, count: 96))), to: images)
    try expect(
      64, "expected a folder of pictures", "embed", "--run", run, "--images", images, "--output",
      folder.file("y.npy"), "--names", folder.file("n.txt"))
    try expect(
      65, "cannot be opened", "search", "--run", run, "--images", pictures, "--query",
      folder.file("missing.png"))
    try expect(
      64, "k: found 0", "search", "--run", run, "--images", pictures, "--query",
      "\(pictures)/red/0.png", "-k", "0")
    try expect(
      65, "is an input", "embed", "--run", run, "--images", images, "--output", images)
  }
}
