import ContrastiveCore
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

/// `contrastive kmeans` and `contrastive sinkhorn` as a user runs them.
struct PrototypeCommandTests {
  private func points(_ rows: Int, _ columns: Int, in folder: TemporaryFolder) throws -> Matrix {
    var random = CounterRandom(seed: 1)
    let matrix = try Matrix(
      rows: rows, columns: columns,
      values: (0..<(rows * columns)).map { _ in random.uniform(-1, 1) })
    try NPYFile.write(Tensor(matrix), to: folder.file("x.npy"))
    return matrix
  }

  @Test func clusterings() throws {
    let folder = try TemporaryFolder()
    _ = try points(300, 6, in: folder)
    let run = try Command(
      "kmeans", "--input", folder.file("x.npy"), "--clusters", "20,5", "--seed", "3", "--output",
      folder.file("out.safetensors"), "--json")
    #expect(run.status == 0, "\(run.errors)")
    let entries = try #require(try run.json()["clusterings"] as? [[String: Any]])
    #expect(entries.map { $0["k"] as? Int } == [20, 5])
    #expect(entries.map { $0["seed"] as? Int } == [3, 4])
    for key in [
      "iterations", "converged", "objective", "computed_share", "seconds", "strategy", "groups",
      "memory_bytes",
    ] {
      #expect(entries[0][key] != nil, "\(key)")
    }
    let out = try SafetensorsFile(path: folder.file("out.safetensors"))
    #expect(try out.tensor("centroids.0").summary == "F32 [20 × 6]")
    #expect(try out.tensor("assignments.1").summary == "I64 [300]")
    #expect(try out.tensor("counts.1").summary == "I64 [5]")
    #expect(try out.tensor("concentrations.0").summary == "F32 [20]")
    #expect(out.tensors["parents.0"] == nil)
    #expect(run.errors.contains("moved"))
    #expect(run.errors.contains("objective"))
  }

  /// Code that is not optimized copies the bounds once more.
  private static var isOptimized: Bool {
    #if DEBUG
      false
    #else
      true
    #endif
  }

  /// What bounds take beyond a run without any is what the formula says.
  @Test(
    .enabled(
      if: isOptimized && !isSanitized
        && FileManager.default.fileExists(atPath: "/proc/self/status")))
  func memoryIsAsStated() throws {
    let folder = try TemporaryFolder()
    _ = try points(20_000, 8, in: folder)
    var peaks: [Double] = []
    var stated: [Double] = []
    for memory in ["0", "64"] {
      let arguments = [
        "kmeans", "--input", folder.file("x.npy"), "--clusters", "900", "--iterations", "2",
        "--threads",
        "1", "--bounds-memory", memory, "--output", folder.file("out.safetensors"), "--json",
      ]
      let run = try Command(arguments: arguments)
      #expect(run.status == 0, "\(run.errors)")
      let entries = try #require(try run.json()["clusterings"] as? [[String: Any]])
      stated.append(Double(try #require(entries[0]["memory_bytes"] as? Int)))
      peaks.append(try Double(Command.peakMemory(arguments: arguments)))
    }
    let (measured, expected) = (peaks[1] - peaks[0], stated[1] - stated[0])
    // Seen 0.97 to 1.00.
    #expect(measured <= 1.1 * expected && measured >= 0.8 * expected, "\(measured) \(expected)")
  }

  @Test func levelsAndInitialCentroids() throws {
    let folder = try TemporaryFolder()
    let matrix = try points(300, 6, in: folder)
    try SafetensorsFile(tensors: ["a": Tensor(matrix), "c": Tensor(matrix.rows(0..<20))])
      .write(to: folder.file("in.safetensors"))
    let input = folder.file("in.safetensors")
    let run = try Command(
      "kmeans", "--input", "\(input):a", "--initial", "\(input):c", "--clusters", "20,7,2",
      "--hierarchical", "--spherical", "--iterations", "5", "--output",
      folder.file("out.safetensors"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("k 20: objective"))
    let out = try SafetensorsFile(path: folder.file("out.safetensors"))
    let parents = try (0..<2).map {
      try out.tensor("parents.\($0)").int64s(argument: "parents")
    }
    let levels = try (0..<3).map {
      try out.tensor("assignments.\($0)").int64s(argument: "assignments")
    }
    for row in 0..<300 {
      #expect(parents[0][Int(levels[0][row])] == levels[1][row])
      #expect(parents[1][Int(levels[1][row])] == levels[2][row])
    }
    #expect(try out.tensor("counts.2").int64s(argument: "counts").reduce(0, +) == 300)
  }

  @Test func codes() throws {
    let folder = try TemporaryFolder()
    _ = try points(40, 7, in: folder)
    let run = try Command(
      "sinkhorn", "--scores", folder.file("x.npy"), "--epsilon", "0.1", "--iterations", "2",
      "--output", folder.file("out.safetensors"), "--json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.json()["rows"] as? Int == 40)
    let codes = try SafetensorsFile(path: folder.file("out.safetensors")).tensor("codes")
      .matrix(argument: "codes")
    for row in 0..<40 { #expect(abs(codes.row(row).reduce(0, +) - 1) < 1e-5) }
  }

  /// No option leaves zeros among initial centroids as they are.
  @Test func initialCentroidsOfZeros() throws {
    let folder = try TemporaryFolder()
    _ = try points(10, 3, in: folder)
    try NPYFile.write(
      Tensor(shape: [2, 3], elements: .float32([1, 0, 0, 0, 0, 0])), to: folder.file("zeros.npy"))
    for more in [[], ["--zero-rows", "keep"]] {
      let run = try Command(
        arguments: [
          "kmeans", "--input", folder.file("x.npy"), "--clusters", "2", "--spherical", "--initial",
          folder.file("zeros.npy"), "--output", folder.file("out.safetensors"),
        ] + more)
      #expect(run.status == 65, "\(run.errors)")
      #expect(
        run.errors == "contrastive: initial: found norm 0 at row 1, expected a row that can be "
          + "normalized\n")
    }
  }

  @Test func badInputByName() throws {
    let folder = try TemporaryFolder()
    _ = try points(10, 3, in: folder)
    let (input, output) = (folder.file("x.npy"), folder.file("out.safetensors"))
    func fails(_ status: Int32, _ word: String, _ arguments: String...) throws {
      let run = try Command(arguments: arguments + ["--output", output])
      #expect(run.status == status, "\(arguments)")
      #expect(run.errors.contains(word), "\(run.errors)")
      #expect(!folder.exists("out.safetensors"))
    }
    try fails(64, "10", "kmeans", "--input", input, "--clusters", "11")
    try fails(64, "clusters", "kmeans", "--input", input, "--clusters", "0")
    try fails(64, "clusters", "kmeans", "--input", input, "--clusters", "3,")
    try fails(64, "levels", "kmeans", "--input", input, "--clusters", "2,3", "--hierarchical")
    try fails(65, "initial", "kmeans", "--input", input, "--clusters", "3", "--initial", input)
    try fails(64, "epsilon", "sinkhorn", "--scores", input, "--epsilon=-1")
    try fails(65, "none.npy", "sinkhorn", "--scores", folder.file("none.npy"))
    try NPYFile.write(
      Tensor(shape: [0, 3], elements: .float32([])), to: folder.file("empty.npy"))
    try fails(65, "no rows", "sinkhorn", "--scores", folder.file("empty.npy"))
    try NPYFile.write(
      Tensor(shape: [2, 1], elements: .float32([1, 0])), to: folder.file("zero.npy"))
    try fails(
      65, "row 1", "kmeans", "--input", folder.file("zero.npy"), "--clusters", "1", "--spherical")
  }
}
