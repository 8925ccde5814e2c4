import ContrastiveFiles
import Foundation
import _TestSupport

/// Files of every kind, good and bad, that random command lines name.
struct FuzzFiles {
  let folder: TemporaryFolder
  /// Names of files that hold embeddings.
  let embeddings: [String]
  /// Names of files that hold labels.
  let labels: [String]
  /// Names of files that hold pairs of rows.
  let pairs: [String]
  /// Names of files that hold a text a line, of a table and of judgments.
  let texts: [String]
  /// Names of anything.
  let others: [String]
  /// The inputs of golden cases, by method.
  let inputs: [String: [String]]

  init() throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    func npy(
      _ name: String, _ rows: Int, _ columns: Int, _ change: (inout [Float]) -> Void = { _ in }
    )
      throws -> String
    {
      var values = TestData.numbers(rows * columns, seed: UInt64(rows * 100 + columns))
      change(&values)
      try NPYFile.write(
        Tensor(shape: [rows, columns], elements: .float32(values)), to: folder.file(name))
      return name
    }
    embeddings = [
      try npy("x.npy", 24, 4), try npy("y.npy", 24, 4), try npy("one.npy", 1, 4),
      try npy("wide.npy", 5, 70), try npy("none.npy", 0, 4), try npy("flat.npy", 4, 0),
      try npy("zero.npy", 24, 4) { $0.replaceSubrange(0..<4, with: [0, 0, 0, 0]) },
      try npy("same.npy", 24, 4) { $0 = $0.map { _ in 1 } },
      try npy("nan.npy", 24, 4) { $0[5] = .nan },
      try npy("tiny.npy", 24, 4) { $0 = $0.map { $0 * 1e-38 } },
      try npy("huge.npy", 24, 4) { $0 = $0.map { $0 * 1e30 } },
      "all.safetensors", "all.safetensors:a:0", "all.safetensors:b", "all.safetensors:none",
    ]
    try SafetensorsFile(tensors: [
      "a:0": Tensor(
        shape: [24, 4], elements: .float64(TestData.numbers(96, seed: 3).map(Double.init))),
      "b": Tensor(shape: [24, 4], elements: .float16([UInt16](repeating: 0x3c00, count: 96))),
      "c": Tensor(shape: [3], elements: .int64([1, 2, 3])),
    ]).write(to: folder.file("all.safetensors"))
    func labelFile(_ name: String, _ values: [Int64]) throws -> String {
      try folder.writeLabels(name, values)
      return name
    }
    labels = [
      try labelFile("l.npy", (0..<24).map { $0 % 3 }), try labelFile("l1.npy", [1]),
      try labelFile("m.npy", [Int64](repeating: -1, count: 24)),
      try labelFile("big.npy", (0..<24).map { $0 % 2 == 0 ? .max : .min }),
      try labelFile("own.npy", Array(0..<24)),
    ]
    func pairFile(_ name: String, _ columns: Int, _ values: [Int64]) throws -> String {
      try NPYFile.write(
        Tensor(shape: [values.count / columns, columns], elements: .int64(values)),
        to: folder.file(name))
      return name
    }
    pairs = [
      try pairFile("p.npy", 2, (0..<48).map { $0 / 2 }),
      try pairFile("graded.npy", 3, (0..<36).map { $0 % 5 }),
      try pairFile("beyond.npy", 2, [0, 24, -1, 3]), "l.npy", "missing.npy",
    ]
    for (name, line) in [
      ("t.txt", { "text \($0)" }), ("t.csv", { $0 == 0 ? "id,text" : "\($0),\"a, b\"" }),
      ("q.txt", { "\($0 % 6) 0 \($0 % 7) \($0 % 3)" }),
    ] as [(String, (Int) -> String)] {
      try folder.write((0..<24).map { line($0) + "\n" }.joined(), name)
    }
    texts = ["t.txt", "t.txt", "q.txt", "t.csv:text", "t.csv:none", "x.npy", "missing.txt", ""]
    try folder.write("not a file of any format", "text.npy")
    try folder.write([], "empty.npy")
    try folder.write(Array(try folder.bytes("x.npy").dropLast(7)), "short.npy")
    try folder.write(Array(try folder.bytes("all.safetensors").prefix(40)), "short.safetensors")
    try folder.writeImages("images", train: 24, test: 6)
    others = [
      "text.npy", "empty.npy", "short.npy", "short.safetensors", "missing.npy", "images", ".",
      "/dev/null", "-", "", "run", "x.npy", "images/train-images.npy",
    ]
    var inputs: [String: [String]] = [:]
    for golden in GoldenLossTests.cases {
      let name = "\(golden.testDescription).safetensors"
      try SafetensorsFile(tensors: golden.inputs).write(to: folder.file(name))
      inputs[golden.method, default: []].append(name)
    }
    self.inputs = inputs
  }
}
