import ContrastiveCore
import ContrastiveFiles
import Testing
import _TestSupport

/// What `contrastive loss` takes, refuses and says besides values and gradients.
@Suite struct LossContractTests {
  let folder: TemporaryFolder

  static let rows = [
    "queries": Tensor(unit(5, seed: 1)), "keys": Tensor(unit(5, seed: 2)),
    "bank": Tensor(unit(9, seed: 3)), "view1": Tensor(unit(5, seed: 1)),
    "view2": Tensor(unit(5, seed: 2)), "embeddings": Tensor(unit(5, seed: 1)),
    "labels": Tensor(.int64([0, 0, 1, 1, 0])), "indices": Tensor(.int64([0, 3, 4, 8, 2])),
  ]

  private static func unit(_ rows: Int, seed: UInt64) -> Matrix {
    (try? TestData.embeddings(rows, 6, seed: seed)) ?? Matrix(zeros: 0, by: 6)
  }

  init() throws { folder = try TemporaryFolder() }

  private func run(
    _ method: String, _ names: [String], _ arguments: [String] = [],
    changing: [String: Tensor] = [:]
  ) throws -> Command {
    let tensors = Self.rows.filter { names.contains($0.key) }.merging(changing) { $1 }
    try SafetensorsFile(tensors: tensors).write(to: folder.file("in.safetensors"))
    return try Command(
      arguments: [
        "loss", method, "-i", folder.file("in.safetensors"), "-o", folder.file("out.safetensors"),
      ] + arguments)
  }

  private func output() throws -> [String: Tensor] {
    try SafetensorsFile(path: folder.file("out.safetensors")).tensors
  }

  private func loss(_ name: String = "loss") throws -> Double {
    try #require(output()[name]).float64()
  }

  /// The method, its tensors and options, and how many losses there are.
  static let perRow: [(method: String, names: [String], arguments: [String], count: Int)] = [
    ("infonce", ["queries", "keys", "bank"], [], 5),
    ("infonce", ["queries", "keys"], ["--symmetric"], 10),
    ("nt-xent", ["view1", "view2"], [], 10), ("decoupled", ["view1", "view2"], [], 10),
    ("siglip", ["queries", "keys"], [], 5), ("supcon", ["embeddings", "labels"], [], 5),
    ("instdisc", ["queries", "bank", "indices"], [], 5),
    ("ressl", ["queries", "keys", "bank"], [], 5),
  ]

  @Test(arguments: perRow.indices) func writesLossesOfRows(_ index: Int) throws {
    let (method, names, arguments, count) = Self.perRow[index]
    let found = try run(method, names, arguments + ["--rows", "--gradient", "none"])
    #expect(found.status == 0, "\(found.errors)")
    #expect(try Set(output().keys) == ["loss", "losses"])
    #expect(try found.json()["gradients"] as? [String] == [])
    let losses = try #require(output()["losses"])
    #expect(losses.summary == "F64 [\(count)]")
    let mean = try losses.float64s().reduce(0, +) / Double(count)
    #expect(relativeError(mean, try loss()) < 1e-12)
  }

  @Test func aValueThatIsNoMeanHasNoLosses() throws {
    let golden = try #require(GoldenLossTests.cases.first { $0.method == "swav" })
    // Before anything is read.
    for inputs in [golden.inputs, [:]] {
      let run = try golden.run(inputs, in: folder, ["--rows"])
      #expect(run.status == 64)
      #expect(run.errors.contains("--rows: the value of swav is no mean of rows"))
      #expect(run.output.isEmpty && !folder.exists("out.safetensors"))
    }
  }

  @Test(arguments: GoldenLossTests.cases.filter { $0.method != "swav" })
  func allOthersAreMeans(_ golden: GoldenLossTests.Case) throws {
    let run = try golden.run(golden.inputs, in: folder, ["--rows"])
    #expect(run.status == 0, "\(run.errors)")
    let losses = try #require(output()["losses"]).float64s()
    #expect(relativeError(losses.reduce(0, +) / Double(losses.count), try loss()) < 1e-12)
  }

  /// A method, its tensors, one under a wrong name, and the name it should have had.
  static let misnamed: [(method: String, names: [String], wrong: String, nearest: String?)] = [
    ("infonce", ["queries", "keys"], "queue", "bank"),
    ("infonce", ["queries", "keys"], "Bank", "bank"),
    ("infonce", ["queries", "keys"], "pair-term", "pair-terms"),
    ("instdisc", ["queries", "bank", "indices"], "Noise", "noise"),
    ("sce", ["queries", "keys"], "Bank", "bank"),
    ("ressl", ["queries", "keys", "bank"], "pair-terms", nil),
    ("siglip", ["queries", "keys"], "bank", nil),
  ]

  @Test(arguments: misnamed.indices) func refusesUnusedTensors(_ index: Int) throws {
    let (method, names, wrong, nearest) = Self.misnamed[index]
    let bank = try #require(Self.rows["bank"])
    let run = try run(method, names, changing: [wrong: bank])
    #expect(run.status == 65)
    let ending = nearest.map { "; did you mean \"\($0)\"?" } ?? ""
    #expect(
      run.errors == "contrastive: \(folder.file("in.safetensors")): has a tensor \"\(wrong)\", "
        + "which \(method) with these options does not use\(ending)\n")
    #expect(run.output.isEmpty && !folder.exists("out.safetensors"))
  }

  /// A support without a search would be ignored.
  @Test func refusesTensorsOfOptionsThatAreOff() throws {
    let keys = try #require(Self.rows["keys"])
    let support = try Tensor(shape: [1, 5, 6], elements: keys.elements)
    let names = ["queries", "keys", "bank"]
    #expect(try run("infonce", names, changing: ["support": support]).status == 65)
    let searched = try run(
      "infonce", names, ["--false-negatives-top", "2"], changing: ["support": support])
    #expect(searched.status == 0)
    #expect(try searched.json()["tensors"] as? [String] == ["bank", "keys", "queries", "support"])
  }

  @Test func saysWhatWasComputed() throws {
    let names = ["queries", "keys", "bank"]
    let bank = try run("infonce", names).json()
    #expect(bank["form"] as? String == "bank")
    #expect(bank["tensors"] as? [String] == ["bank", "keys", "queries"])
    let inBatch = try run("infonce", ["queries", "keys"]).json()
    #expect(inBatch["form"] as? String == "in-batch")
    #expect(inBatch["tensors"] as? [String] == ["keys", "queries"])
    let noise = try Tensor(shape: [5, 1], elements: .int64([1, 2, 3, 4, 5]))
    let contrast = try run(
      "instdisc", ["queries", "bank", "indices"], changing: ["noise": noise]
    ).json()
    #expect(contrast["form"] as? String == "noise")
  }

  @Test func takesNegativeNumbersAsWords() throws {
    let names = ["queries", "keys"]
    let joined = try run("siglip", names, ["--bias=-4", "--gradient", "bias,temperature"])
    #expect(joined.status == 0)
    let expected = try output().mapValues { try $0.float64() }
    let apart = try run("siglip", names, ["--bias", "-4", "--gradient", "bias,temperature"])
    #expect(apart.status == 0, "\(apart.errors)")
    #expect(try output().mapValues { try $0.float64() } == expected)
    #expect((try apart.json()["parameters"] as? [String: Any])?["bias"] as? Double == -4)
    let refused = try run("siglip", names, ["--temperature", "-0.1"])
    #expect(refused.status == 64)
    #expect(
      refused.errors
        == "contrastive: temperature: found -0.1, expected a number from 1e-6 to 1e6\n")
  }

  /// Embeddings of four types in one file are what they are in Float32.
  @Test func takesEveryFloatingType() throws {
    let names = ["queries", "keys", "bank"]
    let halves = [Float](repeating: 0.5, count: 30)
    let bits = (half: UInt16(0x3800), brain: UInt16(0x3F00))
    #expect(
      try run(
        "infonce", names,
        changing: ["keys": try Tensor(shape: [5, 6], elements: .float32(halves))]
      ).status == 0)
    let expected = try loss()
    for elements in [
      Tensor.Elements.float64(halves.map(Double.init)),
      .float16([UInt16](repeating: bits.half, count: 30)),
      .bfloat16([UInt16](repeating: bits.brain, count: 30)),
    ] {
      let found = try run(
        "infonce", names, changing: ["keys": try Tensor(shape: [5, 6], elements: elements)])
      #expect(found.status == 0, "\(found.errors)")
      #expect(try loss() == expected)
    }
  }

  /// Options that a method's parser or the objective refuses: nothing is written, and the exit code
  /// is 64.
  static let refusedOptions: [(method: String, names: [String], words: [String], text: String)] = [
    ("supcon", ["embeddings", "labels"], ["--variant", "both"], "variant"),
    ("supcon", ["embeddings", "labels"], ["--base-temperature", "0"], "base-temperature"),
    ("cns", ["queries", "keys", "bank"], ["--outer", "0.5", "--ring-draws", "0"], "ring-draws"),
    (
      "cns", ["queries", "keys", "bank"],
      ["--outer", "0.5", "--ring-draws", "3", "--mix", "2"], "mix: found"
    ),
    ("cns", ["queries", "keys", "bank"], ["--outer", "1.1"], "outer"),
    ("cns", ["queries", "keys", "bank"], ["--inner-mode", "loose"], "inner-mode"),
    ("hcl", ["view1", "view2"], ["--beta", "-1"], "beta"),
    ("nt-xent", ["view1", "view2"], ["--mix", "3"], "mix: found NT-Xent"),
    ("sce", ["queries", "keys"], ["--self", "both"], "self"),
    ("siglip", ["queries", "keys"], ["--bias", "nan"], "bias"),
    ("decoupled", ["view1", "view2"], ["--sigma", "0"], "sigma"),
    ("infonce", ["queries", "keys"], ["--gradient", "bank"], "gradient"),
    ("infonce", ["queries", "keys"], ["--ring", "0.1"], "ring"),
    (
      "infonce", ["queries", "keys"], ["--ring-seed", "1"],
      "ring-seed: found 1, expected none without"
    ),
    ("infonce", ["queries", "keys"], ["--ring-draws", "1"], "ring-draws: found 1, expected none"),
    (
      "infonce", ["queries", "keys"], ["--ring", "0,0.5", "--ring-step", "1"],
      "ring-step: found 1, expected none without ring-draws"
    ),
    ("infonce", ["queries", "keys"], ["--ring", "0.5,0.1"], "ring: found 0.5,0.1"),
    ("infonce", ["queries", "keys"], ["--ring", "0,nan"], "ring: found 0.0,nan"),
    (
      "infonce", ["queries", "keys"], ["--false-negatives-top", "0"],
      "false-negatives-top: found 0"
    ),
    (
      "infonce", ["queries", "keys"], ["--false-negatives-above", "inf"],
      "false-negatives-above: found inf"
    ),
    ("fnc", ["embeddings"], ["--threshold", "inf"], "threshold: found inf"),
    ("infonce", ["queries", "keys", "bank"], ["--mix", "-1"], "mix: found -1"),
    ("infonce", ["queries", "keys", "bank"], ["--mix-queries", "-1"], "mix-queries: found -1"),
    (
      "infonce", ["queries", "keys", "bank"], ["--mix", "2", "--mix-hardest", "0"],
      "mix-hardest: found 0"
    ),
    ("cns", ["queries", "keys", "bank"], ["--ring-seed", "3"], "none without ring-draws"),
    ("infonce", ["queries", "keys"], ["--mix-hardest", "4"], "none without mix or mix-queries"),
    ("infonce", ["queries", "keys"], ["--mix-seed", "4"], "none without mix or mix-queries"),
    ("infonce", ["queries", "keys"], ["--detach-weights"], "none without beta or tau-plus"),
    (
      "infonce", ["queries", "keys"], ["--false-negatives-mode", "drop"],
      "none without false-negatives-top or false-negatives-above"
    ),
    (
      "infonce", ["queries", "keys"], ["--false-negatives-aggregate", "max"],
      "none without false-negatives-top or false-negatives-above"
    ),
  ]

  @Test(arguments: refusedOptions.indices) func refusesOptions(_ index: Int) throws {
    let (method, names, words, text) = Self.refusedOptions[index]
    let run = try run(method, names, words)
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.errors.contains(text), "\(run.errors)")
    #expect(run.output.isEmpty && !folder.exists("out.safetensors"))
  }

  @Test func refusesDrawsGivenTwice() throws {
    let draws = try Tensor(shape: [5, 1], elements: .int64([0, 0, 0, 0, 0]))
    let run = try run(
      "cns", ["queries", "keys", "bank"], ["--outer", "0.5", "--ring-draws", "2"],
      changing: ["ring-draws": draws])
    #expect(run.status == 64)
    #expect(
      run.errors == "contrastive: ring-draws: found both the option and a tensor of the file, "
        + "expected one\n")
  }

  /// Shares in Float32 that sum to 1 but for rounding are taken; others name their tensor.
  @Test func namesTheTensorOfWrongPairs() throws {
    func run(_ weights: [Float], _ targets: [Float], _ pairs: [Int64]) throws -> Command {
      try self.run(
        "infonce", ["queries", "keys"],
        changing: [
          "pair-terms": try Tensor(shape: [3, 2], elements: .int64(pairs)),
          "pair-term-weights": Tensor(.float32(weights)),
          "pair-term-targets": Tensor(.float32(targets)),
        ])
    }
    let (ones, thirds) = ([Float](repeating: 1, count: 3), [Float](repeating: 1 / 3, count: 3))
    let pairs: [Int64] = [0, 1, 0, 2, 0, 3]
    #expect(try run(ones, thirds, pairs).status == 0)
    for (found, text) in try [
      (run(ones, [0.5, 0.5, 0.5], pairs), "pair-term-targets: found targets of row 0 that sum"),
      (run([1, -1, 1], thirds, pairs), "pair-term-weights: found weight -1.0 at position 1"),
      (run(ones, thirds, [0, 1, 0, 1, 0, 3]), "pair-terms: found row 0, column 1 again"),
    ] {
      #expect(found.status == 65)
      #expect(found.errors.contains(text), "\(found.errors)")
    }
    let without = try self.run(
      "infonce", ["queries", "keys"],
      changing: ["pair-terms": try Tensor(shape: [3, 2], elements: .int64(pairs))])
    #expect(without.status == 65)
    #expect(without.errors.contains("has pair-terms without pair-term-weights"))
  }
}
