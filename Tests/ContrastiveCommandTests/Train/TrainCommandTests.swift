import ContrastiveCore
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

/// `contrastive train`, `embed` and `evaluate` on a small set of colored images.
@Suite struct TrainCommandTests {
  let folder: TemporaryFolder

  /// 96 training and 30 test images of 12 × 10 × 3: three classes, each bright in one channel.
  init() throws {
    folder = try TemporaryFolder()
    try folder.writeImages("data", train: 96, test: 30)
  }

  private func train(_ run: String, _ more: String...) throws -> Command {
    try Command(
      arguments: [
        "train", "--data", folder.file("data"), "--output", folder.file(run), "--epochs", "2",
        "--batch-size", "32", "--bank-capacity", "50", "--widths", "8", "16", "--neighbors", "5",
      ] + more)
  }

  @Test func trainsEmbedsAndEvaluates() throws {
    let run = try train("run", "--threads", "2")
    #expect(run.status == 0, "\(run.errors)")
    let result = try run.json()
    for key in [
      "knn_accuracy", "random_encoder_knn_accuracy", "raw_pixel_knn_accuracy", "seconds",
    ] { #expect(result[key] is Double || result[key] is Int, "\(key)") }
    #expect(try folder.text("run/result.json").contains("\"knn_accuracy\""))
    let lines = try folder.text("run/metrics.jsonl").split(separator: "\n")
    #expect(lines.count == 2)
    let metrics = try #require(
      try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any])
    #expect(
      Set(metrics.keys) == [
        "epoch", "loss", "seconds", "images_per_second", "knn_accuracy", "measures",
      ])
    #expect(metrics["epoch"] as? Int == 2)
    #expect(try folder.text("run/config.json").contains("\"batch_size\" : 32"))

    for part in ["train", "test"] {
      let embedded = try Command(
        "embed", "--run", folder.file("run"), "--images", folder.file("data/\(part)-images.npy"),
        "--output", folder.file("\(part).npy"))
      #expect(embedded.status == 0, "\(embedded.errors)")
      #expect(
        try NPYFile.read(path: folder.file("\(part).npy")).shape == [part == "train" ? 96 : 30, 16])
    }
    let evaluated = try Command(
      "evaluate", "--train", folder.file("train.npy"), "--train-labels",
      folder.file("data/train-labels.npy"),
      "--test", folder.file("test.npy"), "--test-labels", folder.file("data/test-labels.npy"),
      "--k", "5")
    #expect(try evaluated.json()["knn_accuracy"] as? Double == result["knn_accuracy"] as? Double)
    let byRun = try Command(
      "evaluate", "--run", folder.file("run"), "--data", folder.file("data"), "--k", "5", "--json")
    #expect(byRun.status == 0, "\(byRun.errors)")
    #expect(byRun.errors.isEmpty)
    var (all, files) = (try byRun.json(), try evaluated.json())
    #expect(all.removeValue(forKey: "alignment") is Double)
    for key in ["seconds", "skipped"] { (all[key], files[key]) = (nil, nil) }
    #expect(all as NSDictionary == files as NSDictionary)

    let again = try train("run")
    #expect(again.status == 65)
    #expect(again.errors.contains("already holds a run"))
  }

  @Test func reportsRuns() throws {
    #expect(try train("run").status == 0)
    #expect(try train("other", "--seed", "1").status == 0)
    try FileManager.default.createDirectory(
      atPath: folder.file("run/artifacts"), withIntermediateDirectories: false)
    try SafetensorsFile(tensors: [
      "nearest": Tensor(shape: [2, 3], elements: .int64([0, 3, -1, 1, 4, 7]))
    ]).write(to: folder.file("run/artifacts/prototypes.safetensors"))
    try SafetensorsFile(tensors: [
      "images": Tensor(.int64([5])),
      "boxes": Tensor(shape: [1, 4], elements: .float32([0.25, 0.5, 0.5, 0.125])),
    ]).write(to: folder.file("run/artifacts/crops.safetensors"))
    try SafetensorsFile(tensors: [
      "anchors": Tensor(.int64([2])), "found": Tensor(shape: [1, 2], elements: .int64([5, 6])),
    ]).write(to: folder.file("run/artifacts/false-negatives.safetensors"))

    let one = try Command("report", folder.file("run"), "--data", folder.file("data"))
    #expect(one.status == 0, "\(one.errors)")
    #expect(one.output == folder.file("run/report.html") + "\n")
    let page = try folder.text("run/report.html")
    for name in [
      "summary", "curves", "measures", "map", "gallery", "prototypes", "clusters", "crops",
      "false-negatives", "configuration", "timings",
    ] { #expect(page.contains("<section id=\"\(name)\""), "\(name)") }
    #expect(page.contains("The method&#39;s own prototypes: 2 in all."))
    #expect(page.contains(#"<rect x="50" y="25" width="12.5" height="50">"#))
    #expect(page.contains("50.0\u{A0}% of 2 are of its class"))
    // Nothing is loaded: every source is in the page, and there is no link out of it.
    for part in page.components(separatedBy: "href=\"").dropFirst() {
      #expect(part.hasPrefix("#") || part.hasPrefix("data:image/webp;base64,"))
    }
    #expect(!page.contains("http:") && !page.contains("https:") && !page.contains("<script"))
    #expect(page.contains("class=\"picture\"") && !page.contains(" src="))

    let both = try Command(
      "report", folder.file("run"), folder.file("other"), "--data", folder.file("data"), "--output",
      folder.file("both.html"))
    #expect(both.status == 0, "\(both.errors)")
    #expect(try folder.text("both.html").contains("Options that differ"))
    #expect(try folder.text("both.html").contains("RankMe"))

    // An artifact that is not what it should be is named, and the page left as it was.
    try SafetensorsFile(tensors: ["nearest": Tensor(shape: [1, 1], elements: .int64([96]))])
      .write(to: folder.file("run/artifacts/prototypes.safetensors"))
    let bad = try Command("report", folder.file("run"), "--data", folder.file("data"))
    #expect(bad.status == 65)
    #expect(bad.errors.contains("nearest"))
    #expect(try folder.text("run/report.html") == page)

    // The images are those the run remembers; without them, and with none that fit, they are left
    // out.
    let remembered = try Command("report", folder.file("other"))
    #expect(remembered.status == 0, "\(remembered.errors)")
    #expect(try !folder.text("other/report.html").contains("are left out"))
    #expect(try Command("report", folder.file("data")).status == 65)
    #expect(try Command("report").status == 64)
  }

  @Test func sameBytesForAnyNumberOfThreads() throws {
    let encoders = try ["1", "2", "3"].map { threads in
      let run = try train("run\(threads)", "--threads", threads)
      #expect(run.status == 0, "\(run.errors)")
      return try folder.bytes("run\(threads)/encoder.safetensors")
    }
    #expect(encoders[1] == encoders[0])
    #expect(encoders[2] == encoders[0])
    let other = try train("other", "--seed", "1")
    #expect(other.status == 0)
    #expect(try folder.bytes("other/encoder.safetensors") != encoders[0])
  }

  @Test func noEpochsKeepTheRandomEncoder() throws {
    let run = try Command(
      "train", "--data", folder.file("data"), "--output", folder.file("untrained"), "--epochs", "0",
      "--limit", "40")
    #expect(run.status == 0, "\(run.errors)")
    let result = try run.json()
    #expect(
      result["knn_accuracy"] as? Double == result["random_encoder_knn_accuracy"] as? Double)
    #expect(result["images"] as? Int == 40)
    #expect(folder.exists("untrained/encoder.safetensors"))
  }

  static let refusals: [(arguments: [String], status: Int32, text: String)] = [
    (["--epochs", "-1"], 64, "epochs"), (["--batch-size", "1"], 64, "batch-size"),
    (["--bank-capacity", "31"], 64, "bank_capacity"), (["--limit", "1"], 64, "limit"),
    (["--temperature", "0"], 64, "temperature"), (["--learning-rate", "-1"], 64, "learning-rate"),
    (["--encoder-momentum", "1.5"], 64, "encoder_momentum"),
    (["--set", "temprature=0.1"], 64, "did you mean temperature?"),
    (["--set", "temperature=hot"], 64, "temperature: found \"hot\""),
    (["--set", "epochs"], 64, "NAME=VALUE"), (["--set", "method=simclr"], 64, "method"),
    (["--config", "/nowhere.json"], 65, "/nowhere.json"),
    (["--smallest-crop", "0"], 64, "smallest-crop"), (["--jitter", "nan"], 64, "jitter"),
    (["--widths", "0"], 64, "widths"), (["--method", "mocov"], 64, "moco"),
    (["--data", "/nowhere"], 65, "/nowhere"), (["--output", "/proc/none/run"], 65, "/proc/none"),
  ]

  @Test(arguments: refusals.indices) func refuses(_ index: Int) throws {
    let refusal = Self.refusals[index]
    let run = try Command(
      arguments: [
        "train", "--data", folder.file("data"), "--output", folder.file("no"), "--epochs", "1",
        "--batch-size", "32", "--bank-capacity", "64",
      ] + refusal.arguments)
    #expect(run.status == refusal.status, "\(run.errors)")
    #expect(run.errors.contains(refusal.text), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(!folder.exists("no"))
  }

  /// What would be left out is refused, as by `embed` and `evaluate`.
  @Test func refusesOptionsOfPictures() throws {
    for words in [["--image-size", "3"], ["--cache", folder.file("cache")], ["--strict"]] {
      let run = try Command(
        arguments: [
          "train", "--data", folder.file("data"), "--output", folder.file("no"), "--epochs", "0",
        ] + words)
      #expect(run.status == 64, "\(run.errors)")
      #expect(run.errors.contains("\(words[0].dropFirst(2)): found"), "\(run.errors)")
      #expect(run.errors.contains("none without a folder of pictures as --data"))
      #expect(!folder.exists("no") && !folder.exists("cache"))
    }
  }

  @Test func refusesLabelsThatDoNotMatchTheImages() throws {
    try folder.writeLabels("data/test-labels.npy", [1, 2, 3])
    let run = try train("no")
    #expect(run.status == 65)
    #expect(run.errorLines.count == 1)
    #expect(run.errors.contains("test-labels.npy"))
    #expect(!folder.exists("no"))
  }

  @Test func refusesImagesOfOtherChannels() throws {
    #expect(try train("run").status == 0)
    try NPYFile.write(
      Tensor(shape: [2, 9, 9], elements: .uint8([UInt8](repeating: 9, count: 162))),
      to: folder.file("gray.npy"))
    let run = try Command(
      "embed", "--run", folder.file("run"), "--images", folder.file("gray.npy"), "--output",
      folder.file("f.npy"))
    #expect(run.status == 65)
    #expect(run.errors.contains("1 channels"))
    #expect(!folder.exists("f.npy"))
  }
}
