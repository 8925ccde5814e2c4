import ContrastiveCore
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

/// Embeddings and labels in whatever files people have, and tables out.
@Suite struct InputKindTests {
  private let folder: TemporaryFolder
  private let rows: Matrix

  init() throws {
    folder = try TemporaryFolder()
    rows = try TestData.embeddings(20, 4, seed: 1)
    try NPYFile.write(rows, to: folder.file("x.npy"))
    try SafetensorsFile(tensors: ["x": Tensor(rows)]).write(to: folder.file("x.safetensors"))
  }

  private func shell(_ line: String) throws -> Command {
    try Command(shell: "cd '\(folder.path)' && \(line)")
  }

  /// Writes texts as NumPy does: `<U…` or, of bytes, `|S…`.
  private func writeTexts(
    _ texts: [String], to name: String, isWide: Bool = true, isBigEndian: Bool = false
  ) throws {
    let length = texts.map { isWide ? $0.unicodeScalars.count : $0.utf8.count }.max() ?? 1
    let type = isWide ? "\(isBigEndian ? ">" : "<")U\(length)" : "|S\(length)"
    var literal = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(texts.count),), }"
    literal += String(repeating: " ", count: 117 - literal.utf8.count) + "\n"
    var bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(literal.utf8)
    for text in texts {
      if isWide {
        let scalars = text.unicodeScalars.map(\.value)
        for scalar in scalars + [UInt32](repeating: 0, count: length - scalars.count) {
          let little = (0..<4).map { UInt8(truncatingIfNeeded: scalar >> (8 * $0)) }
          bytes += isBigEndian ? little.reversed() : little
        }
      } else {
        bytes += Array(text.utf8) + [UInt8](repeating: 0, count: length - text.utf8.count)
      }
    }
    try folder.write(bytes, name)
  }

  private static let names = ["katze", "hund", "Käfer"]

  /// Texts are classes, the same in all files, and an empty one is none.
  @Test func labelsMayBeTexts() throws {
    let texts = (0..<20).map { $0 == 3 ? "" : Self.names[$0 % 3] }
    let numbers = (0..<20).map { $0 == 3 ? -1 : Int64([2, 1, 0][$0 % 3]) }
    try writeTexts(texts, to: "u.npy")
    try writeTexts(texts, to: "b.npy", isBigEndian: true)
    try writeTexts(texts, to: "s.npy", isWide: false)
    try folder.writeLabels("n.npy", numbers)
    let line = "\"$0\" evaluate --test x.npy --train x.npy --json --measures knn ridge clusters"
    func measures(_ test: String, _ train: String) throws -> [String: Any] {
      let run = try shell("\(line) --test-labels \(test) --train-labels \(train)")
      #expect(run.status == 0, "\(run.errors)")
      return try run.json()
    }
    let expected = try measures("n.npy", "n.npy")
    for name in ["u.npy", "b.npy", "s.npy"] {
      let found = try measures(name, "u.npy")
      for key in ["knn_accuracy", "ridge_accuracy", "purity", "cluster_accuracy"] {
        #expect(found[key] as? Double == expected[key] as? Double, "\(name) \(key)")
      }
      #expect(found["test_unlabeled"] as? Int == 1)
    }
    // A class that the training rows do not have is called by its name.
    try writeTexts(texts.map { $0 == "hund" ? "pferd" : $0 }, to: "other.npy")
    let warnings = try #require(try measures("other.npy", "u.npy")["warnings"] as? [String])
    #expect(warnings.first?.contains("(pferd)") == true)
    let mixed = try shell("\(line) --test-labels n.npy --train-labels u.npy")
    #expect(mixed.status == 65)
    #expect(
      mixed.errors
        == "contrastive: n.npy: found elements of type I64, expected texts, as the other labels "
        + "are\n")
    let audit = try shell("\"$0\" audit --embeddings x.npy --labels u.npy --json")
    #expect(audit.status == 0, "\(audit.errors)")
    let refused = try shell("\"$0\" knn --queries u.npy --bank x.npy -k 1 -o o.safetensors")
    #expect(refused.status == 65 && refused.errors.contains("holds strings of type"))
  }

  /// The format is told by the contents, compressed or not, and labels may be in any.
  @Test func filesAreWhatTheyHold() throws {
    try SafetensorsFile(tensors: [
      "labels": Tensor(.int64((0..<20).map { $0 % 3 })), "x:0": Tensor(rows),
    ]).write(to: folder.file("both.safetensors"))
    #expect(
      try shell("gzip -k x.npy x.safetensors both.safetensors && cp x.safetensors noname").status
        == 0)
    let expected = try shell("\"$0\" knn --queries x.npy --bank x.npy -k 3 -o a.safetensors")
    #expect(expected.status == 0)
    for name in [
      "x.npy.gz", "x.safetensors.gz", "noname", "both.safetensors:x:0", "both.safetensors.gz:x:0",
    ] {
      let run = try shell("\"$0\" knn --queries \(name) --bank x.npy -k 3 -o b.safetensors")
      #expect(run.status == 0, "\(run.errors)")
      #expect(try folder.bytes("a.safetensors") == folder.bytes("b.safetensors"))
    }
    for name in ["both.safetensors:labels", "both.safetensors.gz:labels"] {
      let run = try shell(
        "\"$0\" evaluate --test x.npy --test-labels \(name) --measures clusters --json")
      #expect(run.status == 0, "\(run.errors)")
    }
    let zip = try shell("printf 'PK\\003\\004 and more' > x.npz; \"$0\" inspect x.npz")
    #expect(zip.status == 65 && zip.errors.contains("is a zip archive, such as an .npz"))
  }

  @Test func tables() throws {
    let knn = try shell(
      "\"$0\" knn --queries x.npy --bank x.npy -k 2 -o o.safetensors --csv k.csv --json")
    #expect(knn.status == 0, "\(knn.errors)")
    let found = try SafetensorsFile(path: folder.file("o.safetensors"))
    guard case .int64(let neighbors) = try found.tensor("neighbors").elements else {
      Issue.record("neighbors are no integers")
      return
    }
    let lines = try folder.text("k.csv").split(separator: "\n")
    #expect(lines.first == "row,rank,neighbor,similarity")
    #expect(lines.count == 41)
    for (place, line) in lines.dropFirst().enumerated() {
      #expect(line.hasPrefix("\(place / 2),\(place % 2),\(neighbors[place]),"))
    }
    let clusters = try shell("\"$0\" kmeans -i x.npy -c 3,2 -o o.safetensors --csv -")
    #expect(clusters.status == 0, "\(clusters.errors)")
    let table = clusters.output.split(separator: "\n")
    #expect(table.first == "row,cluster.0,cluster.1" && table.count == 21)
    #expect(clusters.errors.contains("k 3: objective"))
    let graph = try shell(
      "\"$0\" graph --input x.npy -k 2 --mutual -o o.safetensors --csv g.csv && head -1 g.csv")
    #expect(graph.output.hasSuffix("row,rank,neighbor,similarity,mutual\n"))
    let audit = try shell("\"$0\" audit --embeddings x.npy -k 2 --csv a.csv --json")
    #expect(audit.status == 0, "\(audit.errors)")
    #expect(
      try folder.text("a.csv").hasPrefix(
        "row,candidate,maximum,mean,similarity,neighbors,clusters,confidence,mutual,suspected\n"))
    let same = try shell("\"$0\" knn --queries x.npy --bank x.npy -k 2 -o o.csv --csv o.csv")
    #expect(same.status == 64)
    let input = try shell(
      "\"$0\" knn --queries x.npy --bank x.npy -k 2 -o o.safetensors --csv x.npy")
    #expect(input.status == 65 && input.errors.contains("is an input"))
  }

  /// One word for rows of zeros in every command.
  @Test func zeroRows() throws {
    var zero = rows
    for column in 0..<4 { zero[7, column] = 0 }
    try NPYFile.write(zero, to: folder.file("z.npy"))
    try folder.writeLabels("l.npy", (0..<20).map { $0 % 3 })
    var tensors: [String: Tensor] = [:]
    for name in ["queries", "keys"] { tensors[name] = Tensor(zero) }
    try SafetensorsFile(tensors: tensors).write(to: folder.file("q.safetensors"))
    tensors = [:]
    for name in ["predictions1", "predictions2", "projections1", "projections2"] {
      tensors[name] = Tensor(zero)
    }
    try SafetensorsFile(tensors: tensors).write(to: folder.file("p.safetensors"))
    for line in [
      "knn --queries z.npy --bank z.npy -k 3 --normalize -o o.safetensors",
      "graph --input z.npy -k 3 --normalize -o o.safetensors",
      "kmeans -i z.npy -c 3 --spherical -o o.safetensors",
      "kmeans -i z.npy -c 3,2 --spherical --hierarchical -o o.safetensors",
      "audit --embeddings z.npy --labels l.npy",
      "evaluate --test z.npy --test-labels l.npy --train z.npy --train-labels l.npy",
      "loss infonce -i q.safetensors --normalize -o o.safetensors",
      "loss byol -i p.safetensors -o o.safetensors",
      "loss simsiam -i p.safetensors -o o.safetensors",
    ] {
      let refused = try shell("\"$0\" \(line)")
      #expect(refused.status == 65, "\(line)")
      #expect(
        refused.errors.contains("found norm 0 at row 7")
          && refused.errors.contains("--zero-rows keep"), "\(refused.errors)")
      let kept = try shell("\"$0\" \(line) --zero-rows keep")
      #expect(kept.status == 0, "\(line): \(kept.errors)")
    }
    let result = try SafetensorsFile(path: folder.file("o.safetensors"))
    let gradient = try result.tensor("gradient.predictions1").float32s(argument: "gradient")
    #expect(gradient[28..<32].allSatisfy { $0 == 0 })
  }

  /// A negative number after any option is its value.
  @Test(arguments: [
    ("graph --input x.npy -k -1", "k: found -1"), ("kmeans -i x.npy -c -3", "clusters: found -3"),
    ("kmeans -i x.npy -c 2 --temperature -0.1", "temperature: found -0.1"),
  ]) func negativeNumbers(_ line: String, _ text: String) throws {
    let run = try shell("\"$0\" \(line) -o o.safetensors")
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("contrastive: \(text)"), "\(run.errors)")
  }

  @Test func aRunIsAFolder() throws {
    let run = try shell("\"$0\" train --output - --epochs 0")
    #expect(run.status == 64)
    #expect(
      run.errors == "contrastive: output: found -, expected the name of a folder: a run is several "
        + "files\n")
    #expect(!folder.exists("-"))
  }

  @Test func standardInputIsInspectedLikeAFile() throws {
    try folder.writeImages("images", train: 24, test: 6)
    let run = try shell(
      "\"$0\" train --data images -o run --epochs 1 --batch-size 8 --widths 4 --neighbors 3")
    #expect(run.status == 0, "\(run.errors)")
    for (file, kind) in [("checkpoint", "checkpoint"), ("encoder", "encoder")] {
      let found = try shell("\"$0\" inspect --json - < run/\(file).safetensors")
      #expect(found.status == 0, "\(found.errors)")
      #expect(try found.json()["kind"] as? String == kind)
    }
  }
}
