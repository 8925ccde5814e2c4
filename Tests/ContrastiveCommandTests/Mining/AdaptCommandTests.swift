import ContrastiveCore
import ContrastiveFiles
import ContrastiveTensors
import Foundation
import Testing
import _TestSupport

/// `contrastive adapt`, and `embed` and `report` of its runs.
@Suite struct AdaptCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let documents = try TestData.embeddings(400, 8, seed: 1)
    var queries = try TestData.near(documents, noise: 0.3, seed: 2)
    for row in 0..<400 { (queries[row, 0], queries[row, 1]) = (-queries[row, 1], queries[row, 0]) }
    try NPYFile.write(queries, to: folder.file("q.npy"))
    try NPYFile.write(documents, to: folder.file("d.npy"))
    try folder.write((0..<400).map { "text <\($0)>\n" }.joined(), "t.txt")
  }

  private func adapt(_ arguments: String...) throws -> Command {
    try Command(
      arguments: [
        "adapt", "--queries", folder.file("q.npy"), "--documents", folder.file("d.npy"), "--output",
        folder.file("run"), "--batch-size", "90", "--epochs", "8", "--rate", "0.01", "--json",
      ] + arguments)
  }

  @Test func writesWhatItMeasuresAndEmbedGivesTheSame() throws {
    let run = try adapt("--sides", "both", "--query-texts", folder.file("t.txt"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("epoch 0/8: mrr_at_10"))
    let result = try run.json()
    let before = try #require(result["before"] as? [String: Double])
    let after = try #require(result["after"] as? [String: Double])
    #expect(Set(after.keys) == ["recall_at_1", "recall_at_10", "mrr_at_10", "ndcg_at_10"])
    #expect((after["mrr_at_10"] ?? 0) > (before["mrr_at_10"] ?? 1) + 0.05)
    #expect(try folder.text("run/result.json").contains("\"mrr_at_10\""))
    for side in ["queries", "documents"] {
      let embed = try Command(
        "embed", "--run", folder.file("run"), "--vectors", folder.file("\(side.prefix(1)).npy"),
        "--side", side, "--output", folder.file("\(side).npy"))
      #expect(embed.status == 0, "\(embed.errors)")
    }
    let held = try NPYFile.read(path: folder.file("run/held-out.npy"))
    #expect(held.summary == "I64 [40]")
    // Ranks of the adapted rows, in Double.
    let queries = try NPYFile.read(path: folder.file("queries.npy")).matrix().doubles
    let documents = try NPYFile.read(path: folder.file("documents.npy")).matrix().doubles
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let ranks = try held.int64s().map { number in
      let own = dot(queries[Int(number)], documents[Int(number)])
      return 1 + documents.count { dot(queries[Int(number)], $0) > own + 1e-12 }
    }
    let mrr = ranks.reduce(0) { $0 + ($1 <= 10 ? 1 / Double($1) : 0) } / 40
    #expect(abs(mrr - (after["mrr_at_10"] ?? 0)) < 1e-12)

    let report = try Command("report", folder.file("run"))
    #expect(report.status == 0, "\(report.errors)")
    let page = try folder.text("run/report.html")
    #expect(page.contains("Examples won and lost") && page.contains("text &lt;"))
    let again = try adapt()
    #expect(again.status == 65 && again.errors.contains("already holds a run"))
  }

  /// The last bits depend on what multiplies: `config.json` has it.
  @Test(arguments: ["blas", "packed"]) func recordsTheProduct(_ product: String) throws {
    let run = try adapt("--product", product)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.text("run/config.json").contains("\"product\" : \"\(product)\""))
  }

  /// A run can be made once more from its `config.json`.
  @Test(arguments: [
    [
      "--loss", "siglip", "--bias", "-5.5", "--head", "mlp", "--hidden", "6", "--rate", "0.02",
      "--query-texts", "t.txt", "--document-texts", "t.txt",
    ],
    [
      "--hard-negatives", "3", "--candidates", "20", "--below", "0.9", "--skip-top", "1", "--mix",
      "4", "--mix-hardest", "8", "--mix-seed", "3", "--ring", "0,0.9",
    ],
    ["--ring", "0,0.9", "--ring-draws", "20", "--ring-seed", "3"],
    [
      "--loss", "hcl", "--beta", "0.5", "--tau-plus", "0.05", "--false-negatives-top", "2",
      "--false-negatives-mode", "drop", "--noise", "0.1", "--weight-decay", "0.1",
    ],
    ["--loss", "dcl", "--tau-plus", "0.2", "--dropout", "0.9"],
    ["--positives", "neighbors", "--neighbors", "4"],
    ["--positives", "clusters", "--clusters", "9"],
  ]) func recordsEveryOption(_ options: [String]) throws {
    let made = options.contains("--positives")
    let line = { (output: String, options: [String]) in
      "cd '\(folder.path)' && \"$0\" adapt --queries q.npy --output \(output) "
        + options.map { "'\($0)'" }.joined(separator: " ")
    }
    let given =
      options + (made ? [] : ["--documents", "d.npy"]) + ["--epochs", "2", "--batch-size", "90"]
    let run = try Command(shell: line("one", given))
    #expect(run.status == 0, "\(run.errors)")
    let saved = try JSONDecoder().decode(
      [String: JSONValue].self, from: Data(folder.bytes("one/config.json")))
    for (name, value) in zip(given, given.dropFirst()) where name.hasPrefix("--") {
      let kept = saved[String(name.dropFirst(2)).replacing("-", with: "_")]
      let isSame = kept?.number.map { $0 == Double(value) } ?? (kept != nil)
      #expect(isSame, "\(name) \(value)")
    }
    // As a person would write it down again.
    var again: [String] = []
    for (name, value) in saved where !["method", "queries"].contains(name) {
      let option = "--\(name.replacing("_", with: "-"))"
      switch value {
      case .flag(let isSet): if isSet { again.append(option) }
      case .text(let text): again.append("\(option)=\(text)")
      case .integer(let number): again.append("\(option)=\(number)")
      default: again.append("\(option)=\(try #require(value.number))")
      }
    }
    let second = try Command(shell: line("two", again))
    #expect(second.status == 0, "\(second.errors)")
    #expect(
      try folder.bytes("one/adapter.safetensors") == folder.bytes("two/adapter.safetensors"))
    #expect(try folder.text("one/config.json") == folder.text("two/config.json"))
  }

  /// A weight that is not named stays the loss's own, and `config.json` has both.
  @Test func aNamedWeightLeavesTheOther() throws {
    func train(_ output: String, _ words: String...) throws -> [UInt8] {
      let run = try Command(
        arguments: [
          "adapt", "--queries", folder.file("q.npy"), "--documents", folder.file("d.npy"),
          "--output", folder.file(output), "--batch-size", "90", "--epochs", "4", "--rate", "0.01",
        ] + words)
      #expect(run.status == 0, "\(run.errors)")
      return try folder.bytes("\(output)/adapter.safetensors")
    }
    func weights(_ output: String) throws -> [Double?] {
      let saved = try JSONDecoder().decode(
        [String: JSONValue].self, from: Data(folder.bytes("\(output)/config.json")))
      return ["beta", "tau_plus"].map { saved[$0]?.number }
    }
    let hcl = try train("hcl", "--loss", "hcl")
    let dcl = try train("dcl", "--loss", "dcl")
    #expect(hcl != dcl)
    #expect(try weights("hcl") == [1, 0.1])
    #expect(try weights("dcl") == [0, 0.1])
    #expect(try train("beta", "--loss", "hcl", "--beta", "1") == hcl)
    #expect(try train("tau", "--loss", "hcl", "--tau-plus", "0.1") == hcl)
    #expect(try train("zero", "--loss", "hcl", "--beta", "0") == dcl)
    #expect(try train("debiased", "--loss", "dcl", "--tau-plus", "0.1") == dcl)
    for output in ["beta", "tau"] {
      #expect(try folder.text("\(output)/config.json") == folder.text("hcl/config.json"))
    }
    #expect(try train("detached", "--loss", "hcl", "--detach-weights") != hcl)
    #expect(try weights("detached") == [1, 0.1])
    // Other losses have no weights of their own.
    _ = try train("views", "--loss", "ntxent", "--beta", "2")
    #expect(try weights("views") == [2, 0])
    _ = try train("plain", "--loss", "ntxent")
    #expect(try weights("plain") == [nil, nil])
    let help = try Command("adapt", "--help").output
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(help.contains("(default: 1 of hcl, else 0)"))
    #expect(help.contains("(default: 0.1 of hcl and dcl, else 0)"))
  }

  @Test func trainsSeveralSeeds() throws {
    let run = try adapt("--seeds", "2", "--seed", "5", "--head", "mlp", "--loss", "clip")
    #expect(run.status == 0, "\(run.errors)")
    let seeds = try #require(try run.json()["seeds"] as? [[String: Any]])
    #expect(seeds.map { $0["seed"] as? Int } == [5, 6])
    #expect(folder.exists("run/seed-6/adapter.safetensors"))
    #expect(
      try folder.bytes("run/held-out.npy") != folder.bytes("run/seed-6/held-out.npy"))
  }

  /// It cannot be resumed, and is not said to be.
  @Test func keepsTheFolderOfAnotherSeed() throws {
    _ = try Command(shell: "mkdir -p '\(folder.file("run/seed-6"))'")
    try folder.write("{}", "run/seed-6/config.json")
    let run = try adapt("--seeds", "2", "--seed", "5")
    #expect(run.status == 65)
    #expect(
      run.errorLines.last?.hasSuffix("seed-6: already holds a run; choose another output folder")
        == true, "\(run.errors)")
  }

  @Test(arguments: ["neighbors", "clusters"]) func makesPairs(_ positives: String) throws {
    let run = try Command(
      "adapt", "--queries", folder.file("d.npy"), "--positives", positives, "--output",
      folder.file("run"), "--epochs", "2", "--noise", "0.1", "--json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.json()["held_out_pairs"] as? Int == 40)
  }

  /// What is asked for is not changed without a word.
  @Test func aSetHasOneHead() throws {
    func run(_ output: String, _ more: String...) throws -> Command {
      try Command(
        arguments: [
          "adapt", "--queries", folder.file("d.npy"), "--positives", "neighbors", "--epochs", "1",
          "--output", folder.file(output),
        ] + more)
    }
    #expect(try run("run").status == 0)
    #expect(try folder.text("run/config.json").contains("\"sides\" : \"shared\""))
    for sides in ["both", "queries"] {
      let refused = try run("no", "--sides", sides)
      #expect(refused.status == 64, "\(refused.errors)")
      #expect(refused.errors.contains("sides: found \(sides), expected shared"))
    }
    let all = try run("no", "--all-documents")
    #expect(all.status == 64 && all.errors.contains("all-documents: found positives neighbors"))
    #expect(!folder.exists("no"))
  }

  @Test(arguments: [
    (["--temperature", "0"], Int32(64), "temperature: found 0.0"),
    (["--holdout", "2"], 64, "holdout: found 2.0"), (["--seeds", "0"], 64, "seeds: found 0"),
    (["--loss", "siglip", "--false-negatives-top", "3"], 64, "loss: found siglip"),
    (["--loss", "dcl", "--beta", "3"], 64, "beta: found dcl"),
    (["--positives", "neighbors"], 64, "--positives"),
    (["--documents", "/none.npy"], 65, "/none.npy"), (["--pairs", "/none.npy"], 65, "/none.npy"),
    (["--query-texts", "/none.txt"], 65, "/none.txt"),
    (["--neighbors", "4"], 64, "neighbors: found 4, expected none without --positives neighbors"),
    (["--clusters", "4"], 64, "clusters: found 4, expected none without --positives clusters"),
    (["--hidden", "4"], 64, "hidden: found 4, expected none without --head mlp"),
    (["--bias", "-4"], 64, "bias: found -4.0, expected none without --loss siglip"),
    (["--candidates", "9"], 64, "candidates: found 9, expected none without --hard-negatives"),
    (["--below", "0.9"], 64, "below: found 0.9, expected none without --hard-negatives"),
    (["--skip-top", "1"], 64, "skip-top: found 1, expected none without --hard-negatives"),
    (["--ring-draws", "1"], 64, "ring-draws: found 1, expected none without ring"),
    (["--mix-step", "1"], 64, "mix-step: found 1, expected none without mix or mix-queries"),
    (
      ["--detach-weights"], 64, "detach-weights: found true, expected none without beta or tau-plus"
    ),
  ]) func refuses(_ arguments: [String], _ status: Int32, _ text: String) throws {
    let run = try Command(
      arguments: [
        "adapt", "--queries", folder.file("q.npy"), "--documents", folder.file("d.npy"), "--output",
        folder.file("no"),
      ] + arguments)
    #expect(run.status == status && run.errors.contains(text), "\(run.errors)")
    #expect(!folder.exists("no"))
  }

  @Test func centroidsHaveNoTexts() throws {
    let run = try Command(
      "adapt", "--queries", folder.file("d.npy"), "--positives", "clusters", "--document-texts",
      folder.file("t.txt"), "--output", folder.file("no"))
    #expect(run.status == 64 && run.errorLines.count == 1, "\(run.errors)")
    #expect(run.errors.contains("document-texts: found "))
    #expect(!folder.exists("no"))
  }

  #if os(Linux)
    /// A file of some bytes is refused by name, and gets no memory for what it says it holds.
    ///
    /// The parameters would be 16 GiB, where the process may have 12.
    @Test(.disabled(if: isSanitized)) func embedTakesNoMemoryForASmallFile() throws {
      _ = try Command(shell: "mkdir -p '\(folder.file("run"))'")
      try SafetensorsFile(
        tensors: ["queries.delta": Tensor(shape: [1, 1], elements: .float32([0]))],
        metadata: [
          "adapter":
            #"{"format":1,"head":"linear","sides":"queries","dimension":65536,"hidden":0}"#
        ]
      ).write(to: folder.file("run/adapter.safetensors"))
      let run = try Command(
        shell: "cd '\(folder.path)' && ulimit -v 12582912 && \"$0\" embed --run run "
          + "--vectors q.npy --side queries --output y.npy")
      #expect(run.status == 65, "\(run.errors)")
      #expect(
        run.errors.contains(
          "run/adapter.safetensors: queries.delta: found shape [1, 1], expected [65536, 65536]"),
        "\(run.errors)")
      #expect(!folder.exists("y.npy"))
    }
  #endif

  @Test func embedRefuses() throws {
    let run = try Command(
      "embed", "--run", folder.file("none"), "--vectors", folder.file("q.npy"), "--side", "queries",
      "--output", folder.file("y.npy"))
    #expect(run.status == 65 && run.errorLines.count == 1, "\(run.errors)")
    let both = try Command(
      "embed", "--run", folder.file("none"), "--vectors", folder.file("q.npy"), "--output",
      folder.file("y.npy"))
    #expect(both.status == 64, "\(both.errors)")
  }
}
