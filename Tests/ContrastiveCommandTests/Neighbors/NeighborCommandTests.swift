import ContrastiveCore
import ContrastiveFiles
import Testing
import _TestSupport

/// `contrastive knn` and `contrastive graph`.
@Suite struct NeighborCommandTests {
  let folder: TemporaryFolder

  /// Four directions of the plane, and two rows near the first.
  init() throws {
    folder = try TemporaryFolder()
    let rows: [Float] = [1, 0, 0, 2, -1, 0, 0, -1, 3, 0.3, 1, -0.2]
    try NPYFile.write(Tensor(shape: [6, 2], elements: .float32(rows)), to: folder.file("x.npy"))
    try NPYFile.write(
      Tensor(shape: [1, 2], elements: .float64([1, 0.1])), to: folder.file("q.npy"))
  }

  @Test func findsNeighbors() throws {
    let run = try Command(
      "knn", "--queries", folder.file("q.npy"), "--bank", folder.file("x.npy"), "--k", "3",
      "--normalize",
      "--output", folder.file("out.safetensors"), "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json()
    #expect(report["rows"] as? Int == 1 && report["k"] as? Int == 3)
    #expect(report["decided_share"] as? Double ?? 0 > 0)
    let file = try SafetensorsFile(path: folder.file("out.safetensors"))
    #expect(try file.tensor("neighbors").elements == .int64([4, 0, 5]))
    #expect(try file.tensor("similarities").summary == "F32 [1 × 3]")
  }

  @Test func findsTheGraph() throws {
    let run = try Command(
      "graph", "--input", folder.file("x.npy"), "--k", "2", "--normalize", "--mutual", "--output",
      folder.file("out.safetensors"), "--json")
    #expect(run.status == 0, "\(run.errors)")
    let file = try SafetensorsFile(path: folder.file("out.safetensors"))
    #expect(try file.tensor("neighbors").elements == .int64([4, 5, 4, 0, 1, 3, 5, 0, 0, 5, 0, 4]))
    #expect(try file.tensor("mutual").summary == "U8 [6 × 2]")
    #expect(try run.json()["mutual"] as? Int == 6)
  }

  @Test(arguments: [
    (["--k", "7"], Int32(64), "k: found 7, expected 1 … 6"), (["--k", "0"], 64, "k: found 0"),
    (["--k", "2", "--bank", "/none.npy"], 65, "/none.npy"),
  ]) func refuses(_ arguments: [String], _ status: Int32, _ text: String) throws {
    let run = try Command(
      arguments: [
        "knn", "--queries", folder.file("q.npy"), "--bank", folder.file("x.npy"), "--output",
        folder.file("no.safetensors"),
      ] + arguments)
    #expect(run.status == status && run.errors.contains(text), "\(run.errors)")
    #expect(!folder.exists("no.safetensors"))
  }
}
