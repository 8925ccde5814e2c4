import ContrastiveFiles
import ContrastiveCore
import Foundation
import Testing
import _TestSupport

/// `contrastive loss`: files in, files out, exit codes.
@Suite struct LossCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SafetensorsFile(tensors: [
      "queries": Tensor(Self.rows(5, 6, seed: 1)), "keys": Tensor(Self.rows(5, 6, seed: 2)),
      "bank": Tensor(Self.rows(9, 6, seed: 3)),
    ]).write(to: folder.file("in.safetensors"))
  }

  static func rows(_ rows: Int, _ columns: Int, seed: UInt64) throws -> Matrix {
    var random = CounterRandom(seed: seed)
    return try Matrix(
      rows: rows, columns: columns,
      values: (0..<(rows * columns)).map { _ in random.uniform(-1, 1) })
  }

  @Test func writesLossAndGradients() throws {
    let run = try Command(
      "loss", "infonce", "--input", folder.file("in.safetensors"), "--output",
      folder.file("out.safetensors"),
      "--gradient", "queries,keys,bank,temperature", "--temperature", "0.2", "--normalize")
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let report = try run.json()
    #expect(report["method"] as? String == "infonce")
    #expect(report["gradients"] as? [String] == ["bank", "keys", "queries", "temperature"])
    let parameters = try #require(report["parameters"] as? [String: Any])
    #expect(parameters["temperature"] as? Double == 0.2)
    #expect(parameters["normalize"] as? Bool == true)
    #expect(parameters["symmetric"] as? Bool == false)

    let file = try SafetensorsFile(path: folder.file("out.safetensors"))
    #expect(
      Set(file.tensors.keys) == [
        "loss", "gradient.queries", "gradient.keys", "gradient.bank", "gradient.temperature",
      ])
    #expect(try file.tensor("loss").summary == "F64 [1]")
    // As written: reading it back with JSONSerialization may cost the last digit.
    let loss = try file.tensor("loss").float64(argument: "loss")
    #expect(run.output.contains("\"loss\":\(loss)"))
    #expect(try file.tensor("gradient.bank").summary == "F32 [9 × 6]")
    #expect(try file.tensor("gradient.temperature").summary == "F64 [1]")
    // A gradient carried back through the division by the norm is at right angles to the row.
    let gradient = try file.tensor("gradient.queries").matrix(argument: "gradient")
    for (dot, row) in zip(gradient.rowDots(try Self.rows(5, 6, seed: 1)), 0...) {
      #expect(abs(dot) < 1e-6, "row \(row)")
    }
  }

  @Test(arguments: [("infonce", "queries,bank"), ("sce", "queries"), ("ressl", "queries")])
  func boundsWhatItComputesInShort(_ method: String, _ gradients: String) throws {
    let arguments = [
      "loss", method, "--input", folder.file("in.safetensors"), "--output",
      folder.file("out.safetensors"), "--gradient", gradients,
    ]
    let exact = try Command(arguments: arguments).json()
    let found = try Command(arguments: arguments + ["--precision", "int16"]).json()
    let loss = try #require(exact["loss"] as? Double)
    let bound = try #require(found["error_bound"] as? Double)
    #expect(abs(try #require(found["loss"] as? Double) - loss) <= bound && bound < 1e-2 * loss)
    let bounds = try #require(found["gradient_error_bounds"] as? [String: Double])
    #expect(Array(bounds.keys) == ["queries"])
    #expect((found["parameters"] as? [String: Any])?["precision"] as? String == "int16")
    #expect(exact["error_bound"] == nil && exact["gradient_error_bounds"] == nil)
  }

  @Test func refusesPrecisionsThatAMethodDoesNotHave() throws {
    func refusal(_ method: String, _ more: String...) throws -> String {
      let run = try Command(
        arguments: [
          "loss", method, "--input", folder.file("in.safetensors"), "--output",
          folder.file("out.safetensors"), "--precision", "int16",
        ] + more)
      #expect(run.status == 64 && run.output.isEmpty)
      #expect(!folder.exists("out.safetensors"))
      return run.errors
    }
    #expect(
      try refusal("siglip") == "contrastive: precision: found int16 for SigLIP, expected float32\n")
    #expect(
      try refusal("cns", "--outer", "0.9", "--inner", "0.2")
        == "contrastive: precision: found int16 with a ring that is not sampled, "
        + "expected float32\n")
  }

  /// Everything that chooses negatives, on one command line.
  @Test func choosesNegatives() throws {
    var tensors = try SafetensorsFile(path: folder.file("in.safetensors")).tensors
    tensors["pair-terms"] = try Tensor(shape: [2, 2], elements: .int64([0, 3, 4, 8]))
    tensors["pair-term-weights"] = try Tensor(shape: [2], elements: .float32([0, 0.5]))
    try SafetensorsFile(tensors: tensors).write(to: folder.file("pairs.safetensors"))
    let run = try Command(
      "loss", "infonce", "--input", folder.file("pairs.safetensors"), "--output",
      folder.file("out.safetensors"), "--normalize", "--ring", "0.1,0.8", "--false-negatives-top",
      "2",
      "--false-negatives-mode", "drop", "--beta", "1", "--tau-plus", "0.1", "--mix", "3",
      "--mix-hardest", "4")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json()
    #expect((report["selected"] as? [String: Int])?["false_negatives"] == 10)
    let parameters = try #require(report["parameters"] as? [String: Any])
    #expect(parameters["ring"] as? String == "0.1,0.8")
    #expect(parameters["beta"] as? Double == 1)
    #expect(parameters["mix-seed"] as? Int == 0)

    let refused = try Command(
      "loss", "cns", "--input", folder.file("in.safetensors"), "--output",
      folder.file("no.safetensors"),
      "--ring", "0.1,0.8")
    #expect(refused.status == 64)
    let inBatch = try Command(
      "loss", "nt-xent", "--input", folder.file("in.safetensors"), "--output",
      folder.file("no.safetensors"), "--mix", "3")
    #expect(inBatch.status != 0)
  }

  @Test func writesTheDefaultGradients() throws {
    let run = try Command(
      "loss", "infonce", "-i", folder.file("in.safetensors"), "-o", folder.file("out.safetensors"))
    #expect(run.status == 0)
    let file = try SafetensorsFile(path: folder.file("out.safetensors"))
    #expect(Set(file.tensors.keys) == ["loss", "gradient.queries"])
  }

  /// Arguments after the files, the exit code and a piece of the one line on standard error.
  static let refusals: [(arguments: [String], status: Int32, text: String)] = [
    (["--temperature", "0"], 64, "temperature"),
    (["--temperature", "nan"], 64, "temperature"),
    (["--symmetric"], 64, "symmetric"),
    (["--gradient", "key"], 64, "did you mean 'keys'?"),
    (["--gradient", ""], 64, "gradient: found '', expected a value"),
    (["--gradient", ","], 64, "gradient: found ','"),
    (["--gradient", "queries,"], 64, "gradient: found 'queries,'"),
    (["--temprature", "1"], 64, "--temperature"),
    (["--threads", "0"], 64, "threads"),
  ]

  @Test(arguments: refusals.indices) func refusesOptions(_ index: Int) throws {
    let refusal = Self.refusals[index]
    let run = try Command(
      arguments: [
        "loss", "infonce", "-i", folder.file("in.safetensors"), "-o", folder.file("no.safetensors"),
      ]
        + refusal.arguments)
    #expect(run.status == refusal.status)
    #expect(run.errors.contains(refusal.text), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(!folder.exists("no.safetensors"))
  }

  @Test func refusesUnknownNames() throws {
    for (arguments, nearest) in [
      (["loss", "infonec"], "infonce"), (["trian"], "train"),
      (["loss", "clip"], "infonce --symmetric"),
    ] {
      let run = try Command(arguments: arguments)
      #expect(run.status == 64)
      #expect(run.errors.contains("did you mean '\(nearest)'?"))
    }
  }

  /// The usage line is that of the command that was called.
  @Test func saysHowTheMethodIsUsed() throws {
    let run = try Command(
      "loss", "infonce", "-i", folder.file("in.safetensors"), "-o", folder.file("no.safetensors"),
      "--gradient", "key")
    #expect(run.status == 64 && run.errors.contains("Usage: contrastive loss infonce"))
  }

  /// Tensors to put in the place of good ones, and a piece of the line on standard error.
  static let badTensors: [(name: String, tensor: @Sendable () throws -> Tensor?, text: String)] = [
    ("queries", { nil }, "has no tensor \"queries\", it holds \"bank\", \"keys\""),
    ("keys", { try Tensor(rows(4, 6, seed: 1)) }, "keys: found shape [4 × 6]"),
    ("bank", { try Tensor(rows(9, 5, seed: 1)) }, "bank: found shape [9 × 5]"),
    (
      "bank", { try Tensor(shape: [0, 6], elements: .float32([])) },
      "bank: found a bank with no row"
    ),
    (
      "queries",
      { try Tensor(shape: [5, 6], elements: .float64([Double](repeating: 1e50, count: 30))) },
      "queries: found 1e+50 at row 0, column 0"
    ),
    (
      "queries", { try Tensor(shape: [30], elements: .float32([Float](repeating: 1, count: 30))) },
      "queries"
    ),
    (
      "keys",
      {
        var keys = try rows(5, 6, seed: 1)
        keys[3, 2] = .nan
        return Tensor(keys)
      }, "keys: found nan at row 3, column 2"
    ),
    (
      "bank",
      {
        var bank = try rows(9, 6, seed: 1)
        bank[8, 5] = -.infinity
        return Tensor(bank)
      }, "bank: found -inf at row 8, column 5"
    ),
  ]

  @Test(arguments: badTensors.indices) func refusesData(_ index: Int) throws {
    let bad = Self.badTensors[index]
    var file = try SafetensorsFile(path: folder.file("in.safetensors"))
    file.tensors[bad.name] = try bad.tensor()
    try file.write(to: folder.file("bad.safetensors"))
    let run = try Command(
      "loss", "infonce", "-i", folder.file("bad.safetensors"), "-o", folder.file("no.safetensors"))
    #expect(run.status == 65)
    #expect(run.errorLines.count == 1)
    #expect(run.errors.contains(bad.text), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(!folder.exists("no.safetensors"))
  }

  @Test func refusesRowsThatCannotBeNormalized() throws {
    var file = try SafetensorsFile(path: folder.file("in.safetensors"))
    file.tensors["keys"] = Tensor(Matrix(zeros: 5, by: 6))
    try file.write(to: folder.file("bad.safetensors"))
    let run = try Command(
      "loss", "infonce", "-i", folder.file("bad.safetensors"), "-o", folder.file("no.safetensors"),
      "--normalize")
    #expect(run.status == 65)
    #expect(
      run.errors
        == "contrastive: keys: found norm 0 at row 0, expected a row that can be normalized; "
        + "--zero-rows keep leaves such rows zero\n")
  }

  @Test func refusesFiles() throws {
    let missing = try Command("loss", "infonce", "-i", folder.file("none"), "-o", folder.file("no"))
    #expect(missing.status == 65 && missing.errorLines.count == 1)
    let unwritable = try Command(
      "loss", "infonce", "-i", folder.file("in.safetensors"), "-o",
      folder.file("none/out.safetensors"))
    #expect(unwritable.status == 65 && unwritable.errorLines.count == 1)
    #expect(unwritable.output.isEmpty)
  }
}
