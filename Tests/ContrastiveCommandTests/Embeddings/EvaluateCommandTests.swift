import ContrastiveCore
import ContrastiveFiles
import Testing
import _TestSupport

/// `contrastive evaluate` on embeddings in files.
@Suite struct EvaluateCommandTests {
  let folder: TemporaryFolder

  /// 90 rows around three directions.
  init() throws {
    folder = try TemporaryFolder()
    var random = CounterRandom(seed: 1)
    let values = (0..<90).flatMap { row in
      (0..<5).map { random.uniform(-0.3, 0.3) + ($0 == row % 3 ? 1 : 0) }
    }
    try NPYFile.write(
      Tensor(Matrix(rows: 90, columns: 5, values: values)), to: folder.file("rows.npy"))
    try folder.writeLabels("labels.npy", (0..<90).map { Int64($0 % 3) })
  }

  @Test func measuresWhatIsGiven() throws {
    let all = try Command(
      "evaluate", "--train", folder.file("rows.npy"), "--train-labels", folder.file("labels.npy"),
      "--test",
      folder.file("rows.npy"), "--test-labels", folder.file("labels.npy"), "--test-views",
      folder.file("rows.npy"),
      "--k", "5")
    #expect(all.status == 0, "\(all.errors)")
    let found = try all.json()
    for key in ["knn_accuracy", "ridge_accuracy", "logistic_accuracy", "purity", "ami"] {
      #expect(found[key] as? Double == 1, "\(key)")
    }
    for key in ["k", "temperature", "train_rows", "test_rows", "uniformity", "rankme", "seconds"] {
      #expect(found[key] != nil, "\(key)")
    }
    #expect(found["alignment"] as? Double == 0)
    #expect(all.errors.contains("RankMe"))

    let some = try Command(
      "evaluate", "--test", folder.file("rows.npy"), "--measures", "rank", "uniformity", "--json")
    #expect(some.status == 0, "\(some.errors)")
    #expect(some.errors.isEmpty)
    let keys = Set(try some.json().keys)
    #expect(keys.isSuperset(of: ["effective_rank", "uniformity", "warnings"]))
    #expect(keys.isDisjoint(with: ["knn_accuracy", "purity", "hubness_skewness"]))
  }

  /// `--memory` reads the files in pieces, which changes no measure.
  @Test func staysInTheFiles() throws {
    let words = [
      "evaluate", "--train", folder.file("rows.npy"), "--train-labels", folder.file("labels.npy"),
      "--test", folder.file("rows.npy"), "--test-labels", folder.file("labels.npy"),
      "--test-views", folder.file("rows.npy"), "--json",
    ]
    func measures(_ more: [String]) throws -> [String] {
      let run = try Command(arguments: words + more)
      #expect(run.status == 0, "\(run.errors)")
      return try run.json().filter { $0.key != "seconds" }.map { "\($0.key) \($0.value)" }.sorted()
    }
    #expect(try measures(["--memory", "2K"]) == measures([]))
    let piped = try Command("evaluate", "--test", "-", "--memory", "2K")
    #expect(piped.status == 64 && piped.errors.contains("memory"), "\(piped.errors)")
  }

  /// Rows of -1 are excluded from scores, and counted.
  @Test func countsRowsWithoutALabel() throws {
    try folder.writeLabels("some.npy", (0..<90).map { $0 % 5 == 0 ? -1 : Int64($0 % 3) })
    let some = try Command(
      "evaluate", "--train", folder.file("rows.npy"), "--train-labels", folder.file("some.npy"),
      "--test", folder.file("rows.npy"), "--test-labels", folder.file("some.npy"),
      "--measures", "knn", "ridge")
    #expect(some.status == 0, "\(some.errors)")
    let found = try some.json()
    #expect(found["test_unlabeled"] as? Int == 18)
    #expect(found["train_unlabeled"] as? Int == 18)
    #expect(found["k"] as? Int == 72)
    #expect(found["knn_accuracy"] as? Double == 1)
    #expect(some.errors.contains("18, excluded"))
    try folder.writeLabels("none.npy", [Int64](repeating: -1, count: 90))
    let none = try Command(
      "evaluate", "--train", folder.file("rows.npy"), "--train-labels", folder.file("none.npy"),
      "--test", folder.file("rows.npy"), "--test-labels", folder.file("none.npy"),
      "--measures", "knn", "uniformity")
    #expect(none.status == 0, "\(none.errors)")
    #expect(try none.json()["knn_accuracy"] == nil)
    let skipped = try #require(try none.json()["skipped"] as? [String: String])
    #expect(skipped == ["knn": "no training row has a label"])
    #expect(none.errors.contains("no training row has a label"))
  }

  /// What was asked for by name and cannot be had is named, with the reason, in text and JSON.
  @Test func listsWhatItSkips() throws {
    try folder.writeLabels("distinct.npy", (0..<90).map { Int64($0) })
    let three: [Float] = (0..<90).flatMap { (row: Int) -> [Float] in [1, Float(row % 3 + 1)] }
    try NPYFile.write(
      Tensor(Matrix(rows: 90, columns: 2, values: three)), to: folder.file("three.npy"))
    let (rows, labels) = (folder.file("rows.npy"), folder.file("labels.npy"))
    let cases: [(arguments: [String], skipped: [String: String])] = [
      (
        ["--test-labels", labels, "--measures", "knn"],
        ["knn": "there are no training rows to learn from"]
      ),
      (
        ["--train", rows, "--train-labels", labels, "--measures", "ridge", "logistic"],
        ["ridge": "no test row has a label", "logistic": "no test row has a label"]
      ),
      (
        ["--test-labels", labels, "--measures", "alignment"],
        ["alignment": "there is no other view of the test rows"]
      ),
      (
        [
          "--test-labels", folder.file("distinct.npy"), "--test-views", rows, "--measures",
          "alignment",
        ],
        ["class_alignment": "no two rows share a label"]
      ),
      (
        ["--measures", "clusters", "neighbors"],
        ["clusters": "no test row has a label", "false_negative_rate": "no test row has a label"]
      ),
      (
        [
          "--test", folder.file("three.npy"), "--test-labels", folder.file("distinct.npy"),
          "--measures", "clusters",
        ],
        ["clusters": "there are fewer distinct rows than the 90 labels"]
      ),
    ]
    for (arguments, skipped) in cases {
      let run = try Command(
        arguments: ["evaluate"] + (arguments[0] == "--test" ? [] : ["--test", rows]) + arguments)
      #expect(run.status == 0, "\(run.errors)")
      #expect(try run.json()["skipped"] as? [String: String] == skipped, "\(run.output)")
      for (name, reason) in skipped {
        #expect(run.errorLines.contains { $0.contains("skipped \(name)") && $0.contains(reason) })
      }
    }
  }

  /// Errors name the options, not what the library calls their contents.
  @Test func namesTheOptions() throws {
    try NPYFile.write(
      Tensor(Matrix(rows: 90, columns: 2, values: [Float](repeating: 1, count: 180))),
      to: folder.file("narrow.npy"))
    var bad = try NPYFile.read(path: folder.file("rows.npy")).matrix(argument: "rows")
    bad[3, 1] = .nan
    try NPYFile.write(Tensor(bad), to: folder.file("nan.npy"))
    let (rows, labels) = (folder.file("rows.npy"), folder.file("labels.npy"))
    for (test, train, views, text) in [
      (rows, folder.file("narrow.npy"), rows, "train: found shape [90 × 2]"),
      (rows, folder.file("nan.npy"), rows, "train: found nan at row 3, column 1"),
      (folder.file("nan.npy"), rows, rows, "test: found nan at row 3, column 1"),
      (rows, rows, folder.file("narrow.npy"), "test-views: found shape [90 × 2]"),
    ] {
      let run = try Command(
        "evaluate", "--test", test, "--test-labels", labels, "--train", train, "--train-labels",
        labels, "--test-views", views)
      #expect(run.status == 65 && run.errors.contains("contrastive: \(text)"), "\(run.errors)")
    }
  }

  static let refusals: [(arguments: [String], status: Int32, text: String)] = [
    ([], 64, "--test"), (["--test", "rows.npy", "--train", "rows.npy"], 64, "--train-labels"),
    (["--test", "rows.npy", "--measures", "rnak"], 64, "rank"),
    (["--test", "rows.npy", "--ridge-penalty=-1"], 64, "ridge-penalty"),
    (["--test", "rows.npy", "--graph-neighbors", "0"], 64, "graph-neighbors"),
    (["--test", "rows.npy", "--test-labels", "labels.npy", "--clusters", "91"], 64, "clusters"),
    (["--test", "none.npy"], 65, "none.npy"), (["--run", "none"], 65, "none"),
    (["--run", "none", "--zero-rows", "keep"], 64, "zero-rows: found keep, expected none with"),
    (
      ["--test", "rows.npy", "--measures", "ridge", "logistic", "--zero-rows", "keep"], 64,
      "zero-rows: found keep, expected none without a measure"
    ),
  ]

  @Test(arguments: refusals.indices) func refuses(_ index: Int) throws {
    let refusal = Self.refusals[index]
    let run = try Command(
      arguments: ["evaluate"]
        + refusal.arguments.map { $0.hasSuffix(".npy") ? folder.file($0) : $0 })
    #expect(run.status == refusal.status, "\(run.errors)")
    #expect(run.errors.contains(refusal.text), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  /// Also where an option says what is the default.
  @Test(arguments: [
    ("knn", "k", "3"), ("knn", "temperature", "2.0"), ("ridge", "ridge-penalty", "1.0"),
    ("logistic", "logistic-penalty", "3.0"), ("clusters", "clusters", "5"),
    ("neighbors", "graph-neighbors", "10"), ("clusters", "seed", "0"),
  ]) func refusesOptionsOfOtherMeasures(
    _ measure: String, _ option: String, _ value: String
  ) throws {
    let words = ["evaluate", "--test", folder.file("rows.npy"), "--\(option)", value, "--measures"]
    let run = try Command(arguments: words + ["uniformity"])
    #expect(run.status == 64 && run.output.isEmpty)
    let text = "\(option): found \(value), expected none without \(measure) among --measures"
    #expect(run.errors.contains(text), "\(run.errors)")
    let taken = try Command(arguments: words + [measure])
    #expect(taken.status == 0, "\(taken.errors)")
  }
}
