import ContrastiveCore
import ContrastiveFiles
import Testing
import _TestSupport

/// `--memory`: the same bytes, in bounded memory.
@Suite struct MemoryTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let rows = try TestData.matrix(3_000, 20, seed: 1)
    try NPYFile.write(rows, to: folder.file("x.npy"))
    try NPYFile.write(
      Tensor(shape: [3_000, 20], elements: .float64(rows.values.map(Double.init))),
      to: folder.file("wide.npy"))
    try NPYFile.write(try TestData.matrix(700, 20, seed: 2), to: folder.file("q.npy"))
    try SafetensorsFile(tensors: [
      "a": Tensor(try TestData.matrix(3, 3, seed: 9)), "rows": Tensor(rows),
    ]).write(to: folder.file("x.safetensors"))
  }

  @Test(arguments: [
    "knn --queries q.npy --bank x.npy --k 7", "knn --queries q.npy --bank x.npy --k 7 --normalize",
    "knn --queries q.npy --bank wide.npy --k 3",
    "knn --queries q.npy --bank x.safetensors:rows --k 3",
    "graph --input x.npy --k 9 --normalize", "graph --input x.npy --k 4 --mutual",
    "kmeans --input x.npy --clusters 20 --iterations 4",
    "kmeans --input x.npy --clusters 20 --iterations 4 --spherical",
    "duplicates --input x.npy --threshold 0.7 --keep central",
    "mine --queries q.npy --documents x.npy --pairs p.npy",
    "audit --embeddings x.npy --k 5 --clusters 10",
    "score --queries q.npy --documents x.npy --pairs p.npy",
  ]) func changesNoByte(_ line: String) throws {
    try NPYFile.write(
      Tensor(shape: [350, 2], elements: .int64((0..<700).map { Int64($0 / 2 + $0 % 2) })),
      to: folder.file("p.npy"))
    let words = line.split(separator: " ").map {
      $0.contains(".npy") || $0.contains(".safetensors") ? folder.file(String($0)) : String($0)
    }
    for (output, memory) in [
      ("all", []), ("some", ["--memory", "50K"]), ("most", ["--memory", "\(Int.max)"]),
    ] {
      let run = try Command(
        arguments: words + ["--output", folder.file("\(output).safetensors")] + memory)
      #expect(run.status == 0, "\(run.errors)")
    }
    let all = try folder.bytes("all.safetensors")
    #expect(try folder.bytes("some.safetensors") == all)
    #expect(try folder.bytes("most.safetensors") == all)
  }

  @Test func refusesWhatCannotBeReadInPieces() throws {
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 70, 0]
    let literal = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }"
    let header = Array(literal.utf8) + [UInt8](repeating: 32, count: 69 - literal.utf8.count)
    try folder.write(magic + header + [10] + [UInt8](repeating: 0, count: 16), "f.npy")
    for (input, status, text) in [
      ("f.npy", Int32(65), "column-major"), ("none.npy", 65, "none.npy"),
    ] {
      let run = try Command(
        "graph", "--input", folder.file(input), "--k", "1", "--output",
        folder.file("no.safetensors"), "--memory", "1M")
      #expect(run.status == status && run.errors.contains(text), "\(run.errors)")
      #expect(run.errorLines.count == 1)
    }
    let bytes = try folder.bytes("x.npy")
    try folder.write(Array(bytes.dropLast(5)), "short.npy")
    let run = try Command(
      "graph", "--input", folder.file("short.npy"), "--k", "1", "--output",
      folder.file("no.safetensors"), "--memory", "1M")
    #expect(run.status == 65 && run.errors.contains("cut short"), "\(run.errors)")
  }

  #if os(Linux)
    /// A file of 80 MB in 8 MiB: neither the file nor its unit rows are held.
    ///
    /// Seen on a busy machine: 89 MiB.
    @Test(.disabled(if: isSanitized)) func staysWithinTheMemory() throws {
      let rows = try TestData.matrix(160_000, 128, seed: 1)
      try NPYFile.write(rows, to: folder.file("large.npy"))
      func peak(_ memory: [String]) throws -> Int {
        try Command.peakMemory(
          arguments: [
            "knn", "--queries", folder.file("small.npy"), "--bank", folder.file("large.npy"),
            "--k", "5", "--normalize", "--output", folder.file("o.safetensors"),
          ] + memory)
      }
      try NPYFile.write(rows.rows(at: Array(0..<300)), to: folder.file("small.npy"))
      let found = try peak(["--memory", "8M"])
      #expect(found < 140 << 20, "\(found >> 20) MiB")
    }
  #endif
}
