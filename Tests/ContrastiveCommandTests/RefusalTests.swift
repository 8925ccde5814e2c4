import ContrastiveCommand
import ContrastiveCore
import ContrastiveFiles
import ContrastiveTensors
import Testing
import _TestSupport

/// Options that cannot be followed are refused by name, before anything is written.
@Suite struct RefusalTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try NPYFile.write(TestData.embeddings(12, 4, seed: 1), to: folder.file("x.npy"))
    try folder.writeImages("data", train: 64, test: 8)
  }

  private func refuses(
    _ words: [String], with message: String, status: Int32 = 64,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let run = try Command(arguments: words)
    #expect(run.status == status, "\(words): \(run.errors)", sourceLocation: sourceLocation)
    #expect(
      run.errors.contains(message), "\(words): \(run.errors)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
  }

  @Test func emptyNamesOfOutputs() throws {
    let x = folder.file("x.npy")
    try refuses(
      ["train", "--data", folder.file("data"), "--epochs", "0", "--output", ""],
      with: "output: found ''")
    for output in ["", "-"] {
      try refuses(
        ["adapt", "--queries", x, "--documents", x, "--output", output], with: "output: found")
    }
    try refuses(["kmeans", "--input", x, "-c", "2", "--output", ""], with: "output: found ''")
    try refuses(
      ["graph", "--input", x, "-k", "2", "--output", folder.file("g.safetensors"), "--csv", ""],
      with: "csv: found ''")
    #expect(!folder.exists("g.safetensors"))
    for words in [
      ["search", "--run", "run", "--query", "x.png", "--images", ""],
      ["search", "--run", "run", "--query", "x.png", "--images="],
      ["embed", "--images", x, "--output", folder.file("e.npy"), "--run", ""],
      ["train", "--data", folder.file("data"), "--output", folder.file("no"), "--cache", ""],
    ] {
      let name = words[words.count - 1].isEmpty ? words[words.count - 2] : "--images"
      try refuses(words, with: "\(name.dropFirst(2)): found '', expected a value")
    }
  }

  /// Also where a flag says what is the default, or the run's own value.
  @Test func optionsOfAResumedRun() throws {
    let train = try Command(
      "train", "--data", folder.file("data"), "--output", folder.file("run"), "--epochs", "1",
      "--batch-size", "16", "--bank-capacity", "50", "--widths", "8", "16", "--neighbors", "5")
    #expect(train.status == 0, "\(train.errors)")
    for (words, name) in [
      (["--seed", "0"], "seed"), (["--batch-size", "256"], "batch-size"),
      (["--no-flips"], "flips"), (["--neighbors", "200"], "neighbors"),
      (["--widths", "32", "64", "128"], "widths"), (["--temperature", "0.1"], "temperature"),
    ] {
      try refuses(
        ["train", "--resume", folder.file("run"), "--epochs", "2"] + words, with: "not --\(name)")
    }
  }

  @Test func optionsOfAnotherSource() throws {
    let x = folder.file("x.npy")
    try refuses(["evaluate", "--test", x, "--limit", "2"], with: "limit: found 2")
    try refuses(["evaluate", "--test", x, "--strict"], with: "strict: found")
    try refuses(
      ["evaluate", "--run", folder.file("run"), "--train-labels", "none"],
      with: "train-labels: found none")
  }

  @Test(arguments: [
    ["kmeans", "-c", "--input"], ["duplicates", "--keep-fraction", "0.5", "--clusters", "--input"],
    ["adapt", "--positives", "clusters", "--clusters", "--queries"],
    ["audit", "--clusters", "--embeddings"],
  ])
  func countsThatNoMemoryHolds(_ words: [String]) throws {
    var all: [String] = Array(words[..<(words.count - 1)])
    all += ["\(Int.max)", words[words.count - 1], folder.file("x.npy")]
    let run = try Command(arguments: all + ["--output", folder.file("out")])
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.errors.contains("clusters: found \(Int.max)"), "\(run.errors)")
  }

  @Test func epochsThatNobodyCounts() throws {
    try refuses(
      [
        "train", "--data", folder.file("data"), "--output", folder.file("long"), "--epochs",
        "\(Int.max)",
      ], with: "epochs: found \(Int.max)")
    #expect(!folder.exists("long"))
  }

  @Test func pairsWithoutARelevantOne() throws {
    let x = folder.file("x.npy")
    try NPYFile.write(
      Tensor(shape: [3, 3], elements: .int64([0, 0, 0, 1, 1, 0, 2, 2, 0])),
      to: folder.file("grades.npy"))
    try refuses(
      [
        "adapt", "--queries", x, "--documents", x, "--pairs", folder.file("grades.npy"),
        "--output", folder.file("adapted"),
      ], with: "no pair of a grade of at least 1")
  }

  @Test func drawsOfOtherRows() throws {
    let rows = Tensor(try TestData.embeddings(4, 4, seed: 2))
    let bank = Tensor(try TestData.embeddings(10, 4, seed: 3))
    try SafetensorsFile(tensors: [
      "queries": rows, "keys": rows, "bank": bank,
      "ring-draws": Tensor(shape: [2, 4], elements: .int64([0, 1, 2, 3, 0, 1, 2, 3])),
    ]).write(to: folder.file("in.safetensors"))
    try refuses(
      [
        "loss", "infonce", "-i", folder.file("in.safetensors"), "-o",
        folder.file("out.safetensors"), "--ring", "0,0.5",
      ], with: "ring-draws: found shape [2, 4], expected [4, n]", status: 65)
  }

  @Test func namesWithSpaces() throws {
    let x = folder.file("x.npy")
    try folder.write((0..<12).map { "q \($0)\n" }.joined(), "names.txt")
    try refuses(
      [
        "score", "--queries", x, "--documents", x, "--query-ids", folder.file("names.txt"),
        "--trec", folder.file("run.txt"),
      ], with: "'q 0'", status: 65)
    #expect(!folder.exists("run.txt"))
  }

  /// What keeps rows zero where none is normalized would do nothing.
  @Test func zeroRowsWithoutNormalizing() throws {
    let (x, out) = (folder.file("x.npy"), folder.file("zeros.safetensors"))
    let rows = Tensor(try TestData.embeddings(4, 4, seed: 2))
    try SafetensorsFile(tensors: ["queries": rows, "keys": rows])
      .write(to: folder.file("pairs.safetensors"))
    for (words, option) in [
      (["graph", "--input", x, "-k", "2"], "--normalize"),
      (["knn", "--queries", x, "--bank", x, "-k", "2"], "--normalize"),
      (["kmeans", "--input", x, "-c", "2"], "--spherical"),
      (["loss", "infonce", "--input", folder.file("pairs.safetensors")], "normalize"),
    ] {
      try refuses(
        words + ["--zero-rows", "keep", "--output", out],
        with: "zero-rows: found keep, expected none without \(option)")
    }
    #expect(!folder.exists("zeros.safetensors"))
  }

  /// What is wrong with a file is said by the file's name.
  @Test func filesByTheirNames() throws {
    let (x, bad) = (folder.file("x.npy"), folder.file("nan.npy"))
    var rows = try TestData.embeddings(12, 4, seed: 1)
    rows[3, 1] = .nan
    try NPYFile.write(rows, to: bad)
    for words in [
      ["graph", "--input", bad, "-k", "2"], ["kmeans", "--input", bad, "-c", "2"],
      ["duplicates", "--input", bad],
      ["mine", "--queries", x, "--documents", bad, "--per-query", "1"],
    ] {
      try refuses(
        words + ["--output", folder.file("none.safetensors")],
        with: "\(bad): found nan at row 3, column 1", status: 65)
    }
    #expect(!folder.exists("none.safetensors"))
  }

  /// What cannot be written is known before anything is read.
  @Test func foldersThatAreMissing() throws {
    let (none, out) = (folder.file("none.npy"), folder.file("missing/out.safetensors"))
    try refuses(
      ["graph", "--input", none, "-k", "2", "--output", out], with: "\(out): cannot be saved",
      status: 65)
    let csv = folder.file("x.npy/out.csv")
    try refuses(
      [
        "kmeans", "--input", none, "-c", "2", "--output", folder.file("k.safetensors"), "--csv",
        csv,
      ],
      with: "\(csv): cannot be saved: its folder cannot be opened: Not a directory", status: 65)
  }

  @Test func outputsOfEmbedding() throws {
    let (x, out) = (folder.file("x.npy"), folder.file("features.npy"))
    try refuses(
      ["embed", "--run", folder.file("run"), "--vectors", x, "--names", "n.txt", "--output", out],
      with: "--names goes with --images")
    #expect(!folder.exists("features.npy"))
  }

  /// Of the processes of a job one alone has standard input.
  @Test(arguments: [
    (["graph", "--input", "-", "-k", "2"], "input", "-"), (["graph", "--input=-"], "input", "-"),
    (["kmeans", "-i=/dev/stdin", "-c", "2"], "i", "/dev/stdin"),
    (["audit", "--embeddings", "x.npy", "--support", "s.npy", "-"], "support", "-"),
  ]) func standardInputOfAJob(_ words: [String], _ name: String, _ found: String) throws {
    #expect(
      throws: ContrastiveError.parameter(
        name: name, found: found,
        expected: "a file that every process can read: standard input goes to one")
    ) { try JobInputs.requireNoStream(words) }
  }

  @Test func standardOutputOfAJob() throws {
    for output in [["--output", "-"], ["--output=-"], ["-o", "-", "--csv=-"]] {
      try JobInputs.requireNoStream(["graph", "--input", "x.npy", "-k", "2"] + output)
    }
  }

  /// What processes compare: the file of a column, and each file of an option.
  @Test func filesOfAJob() throws {
    let (x, texts) = (folder.file("x.npy"), try folder.write("text\na\n", "t.csv"))
    #expect(
      JobInputs.inputs(of: ["mine", "--queries", x, "--query-texts", "\(texts):text"])
        == [x, texts])
    #expect(JobInputs.inputs(of: ["audit", "--support", x, texts, "--csv", texts]) == [x, texts])
  }

  /// A safetensors file is one by its contents, with `--memory` as without.
  @Test func memoryReadsAnySuffix() throws {
    try SafetensorsFile(tensors: ["x": Tensor(TestData.embeddings(12, 4, seed: 1))])
      .write(to: folder.file("x.bin"))
    let run = try Command(
      "kmeans", "--input", folder.file("x.bin"), "-c", "2", "--memory", "1G", "--output",
      folder.file("k.safetensors"))
    #expect(run.status == 0, "\(run.errors)")
  }
}
