import ContrastiveCore
import ContrastiveFiles
import Testing
import _TestSupport

/// `contrastive audit`.
@Suite struct AuditCommandTests {
  let folder: TemporaryFolder
  private static let rows = 60

  /// Three bundles of directions in space.
  init() throws {
    folder = try TemporaryFolder()
    var random = CounterRandom(seed: 1)
    var values: [Float] = []
    for row in 0..<Self.rows {
      for d in 0..<3 { values.append((row % 3 == d ? 1 : 0) + random.uniform(-0.2, 0.2)) }
    }
    try NPYFile.write(
      Tensor(shape: [Self.rows, 3], elements: .float32(values)), to: folder.file("x.npy"))
    try NPYFile.write(
      Tensor(shape: [Self.rows, 3], elements: .float64(values.map { Double($0) + 0.01 })),
      to: folder.file("s.npy"))
    try folder.writeLabels("y.npy", (0..<Self.rows).map { Int64($0 % 3) })
  }

  @Test func reportsAndWritesWhatItFinds() throws {
    let run = try Command(
      "audit", "--embeddings", folder.file("x.npy"), "--labels", folder.file("y.npy"), "--support",
      folder.file("x.npy"), folder.file("s.npy"), "--k", "2", "5", "--clusters", "3",
      "--temperature", "0.1",
      "--output", folder.file("out.safetensors"), "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json()
    #expect(report["rows"] as? Int == 60 && report["k"] as? Int == 5)
    let labels = try #require(report["labels"] as? [String: Any])
    #expect(abs((labels["share"] as? Double ?? 0) - 19.0 / 59) < 1e-9)
    let top = try #require(labels["top_k"] as? [[String: Any]])
    #expect(top.map { $0["k"] as? Int } == [2, 5] && top[1]["precision"] as? Double == 1)
    let cosine = try #require(labels["cosine"] as? [String: Any])
    #expect(cosine["f1"] as? Double == 1)
    let suspected = try #require(report["suspected"] as? [String: Any])
    #expect(suspected["precision"] as? Double == 1)

    let file = try SafetensorsFile(path: folder.file("out.safetensors"))
    #expect(try file.tensor("candidates").summary == "I64 [60 × 5]")
    #expect(try file.tensor("mutual").summary == "U8 [60 × 5]")
    #expect(try file.tensor("gradient_shares").summary == "F32 [60]")
    for name in ["maximum", "mean", "similarity", "neighbors", "clusters", "confidence"] {
      #expect(try file.tensor(name).summary == "F32 [60 × 5]")
    }
    #expect(file.tensors["precision"]?.shape == file.tensors["thresholds"]?.shape)
  }

  /// Without labels, output or numbers: what fits a small set.
  @Test func saysItInWords() throws {
    let run = try Command("audit", "--embeddings", folder.file("x.npy"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("60 rows, 50 candidates each"))
    #expect(run.output.contains("inside one of 10 clusters"))
    #expect(!run.output.contains("labels"))
  }

  /// Without numbers: what fits the rows that are distinct, whatever their lengths.
  ///
  /// Numbers that are given are not changed.
  @Test func repeatedRows() throws {
    var rows = try TestData.embeddings(8, 3, seed: 1).rows(at: (0..<40).map { $0 % 8 })
    rows.scaleRows { Float(1 << ($0 / 8)) }
    try NPYFile.write(rows, to: folder.file("r.npy"))
    let run = try Command("audit", "--embeddings", folder.file("r.npy"), "--json")
    #expect(run.status == 0, "\(run.errors)")
    let clusterings = try #require(try run.json()["clusterings"] as? [[String: Any]])
    #expect(clusterings.map { $0["clusters"] as? Int } == [2])
    let refused = try Command("audit", "--embeddings", folder.file("r.npy"), "--clusters", "10")
    #expect(refused.status == 64, "\(refused.errors)")
    #expect(
      refused.errors == "contrastive: clusters: found 10, expected at most 8, the number of "
        + "distinct points\n")
  }

  @Test(arguments: [
    (["--k", "60"], Int32(64), "k: found 60, expected 1 … 59"),
    (["--k", "2,x"], 64, "k: found 2,x, expected whole numbers of at least 1"),
    (["--clusters", "0"], 64, "clusters: found 0"),
    (["--temperature", "0"], 64, "temperature: found 0.0"),
    (["--threshold", "1.5"], 64, "threshold: found 1.5"),
    (["--support", "/none.npy"], 65, "/none.npy"),
    (["--labels", "/none.npy"], 65, "/none.npy"),
  ]) func refuses(_ arguments: [String], _ status: Int32, _ text: String) throws {
    let run = try Command(
      arguments: [
        "audit", "--embeddings", folder.file("x.npy"), "--output", folder.file("no.safetensors"),
      ]
        + arguments)
    #expect(run.status == status && run.errors.contains(text), "\(run.errors)")
    #expect(run.errorLines.count == 1)
    #expect(!folder.exists("no.safetensors"))
  }
}
