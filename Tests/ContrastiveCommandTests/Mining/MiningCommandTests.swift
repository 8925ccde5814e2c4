import ContrastiveCore
import ContrastiveFiles
import Testing
import _TestSupport

/// `contrastive duplicates`, `mine` and `score`.
@Suite struct MiningCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let rows: [Float] = [1, 0, 0, 2, 3, 0.3, 1, -0.2, -1, 0]
    try NPYFile.write(Tensor(shape: [5, 2], elements: .float32(rows)), to: folder.file("d.npy"))
    try NPYFile.write(
      Tensor(shape: [3, 2], elements: .float64([1, 0.1, 0, 1, -2, 0.1])), to: folder.file("q.npy"))
    try NPYFile.write(
      Tensor(shape: [2, 2], elements: .int32([0, 0, 2, 4])), to: folder.file("p.npy"))
    try folder.write("0 0 0 2\n0 0 3 1\n1\t0\t1\t0\n2 0 4 1\n", "qrels.tsv")
  }

  private func run(_ arguments: String...) throws -> Command {
    try Command(
      arguments: arguments.map {
        $0.contains(".") && !$0.hasPrefix("/") && Double($0) == nil ? folder.file($0) : $0
      })
  }

  @Test func duplicatesWritesPairsGroupsAndWhatToKeep() throws {
    let run = try run(
      "duplicates", "--input", "d.npy", "--threshold", "0.98", "--output", "o.safetensors", "--csv",
      "o.csv", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let file = try SafetensorsFile(path: folder.file("o.safetensors"))
    #expect(try file.tensor("pairs").summary == "I64 [2 × 2]")
    #expect(try file.tensor("pairs").elements == .int64([0, 2, 0, 3]))
    #expect(try file.tensor("groups").elements == .int64([0, 1, 0, 0, 4]))
    #expect(try file.tensor("kept").elements == .uint8([1, 1, 0, 0, 1]))
    #expect(try file.tensor("similarities").type == .float32)
    let report = try run.json()
    #expect(report["pairs"] as? Int == 2 && report["kept"] as? Int == 3)
    #expect(try folder.text("o.csv").hasPrefix("first,second,similarity,group\n0,2,0.995"))
    let few = try self.run(
      "duplicates", "--input", "d.npy", "--threshold", "0.1", "--memory", "24", "--output",
      "no.safetensors")
    #expect(few.status == 64 && few.errors.contains("pairs reach"), "\(few.errors)")
    #expect(!folder.exists("no.safetensors"))
    let semantic = try self.run(
      "duplicates", "--input", "d.npy", "--keep-fraction", "0.6", "--clusters", "1", "--output",
      "s.safetensors")
    #expect(semantic.status == 0, "\(semantic.errors)")
    let kept = try SafetensorsFile(path: folder.file("s.safetensors")).tensor("kept").uint8s()
    #expect(kept.count { $0 == 1 } == 3)
  }

  @Test func mineWritesTripletsOfTexts() throws {
    try folder.write("red\n\"blue\", she said\nsky\n", "q.txt")
    try folder.write("id,text\n0,a\n1,\"b,\"\"b\"\"\"\n2,c\n3,d\n4,\"e\ne\"\n", "d.csv")
    let run = try run(
      "mine", "--queries", "q.npy", "--documents", "d.npy", "--pairs", "p.npy", "--per-query", "2",
      "--below", "1", "--output", "o.safetensors", "--csv", "o.csv", "--jsonl", "o.jsonl",
      "--query-texts", "q.txt", "--document-texts", "d.csv:text", "--json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("warning: 1 queries have no pair and get no negatives"))
    let file = try SafetensorsFile(path: folder.file("o.safetensors"))
    #expect(try file.tensor("negatives").summary == "I64 [3 × 2]")
    #expect(try file.tensor("negatives").elements == .int64([3, 1, -1, -1, 1, 2]))
    let lines = try folder.text("o.jsonl").split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      lines[1].hasPrefix(#"{"anchor":"red","positive":"a","negative":"b,\"b\"","score":0.09"#))
    #expect(lines[2].hasPrefix(#"{"anchor":"sky","positive":"e\ne","negative":"b,\"b\"""#))
    let table = try folder.text("o.csv")
    #expect(table.hasPrefix("anchor,positive,negative,score\nred,a,d,0.9"))
    #expect(table.contains("\nred,a,\"b,\"\"b\"\"\",0.09"))
  }

  @Test func scoreReadsJudgmentsAndComparesSystems() throws {
    let run = try run(
      "score", "--queries", "q.npy", "--documents", "d.npy", "--qrels", "qrels.tsv", "--k", "1",
      "3",
      "--against-queries", "q.npy", "--output", "o.safetensors", "--csv", "o.csv", "--trec",
      "run.txt", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json()
    #expect(report["queries"] as? Int == 2 && report["without_relevant"] as? Int == 1)
    let measures = try #require(report["measures"] as? [String: [String: Double]])
    #expect(measures["recall_at_3"]?["mean"] == 1 && measures["mrr_at_1"]?["mean"] == 0.5)
    let against = try #require(report["against"] as? [String: [String: [String: Double]]])
    #expect(against["difference"]?["ndcg_at_3"]?["p_value"] == 1)
    let file = try SafetensorsFile(path: folder.file("o.safetensors"))
    #expect(try file.tensor("queries").elements == .int64([0, 2]))
    #expect(try file.tensor("ndcg_at_3").type == .float64)
    let trec = try folder.text("run.txt")
    #expect(trec.hasPrefix("0 Q0 2 1 1.0 contrastive\n0 Q0 0 2 0.995"), "\(trec)")
    #expect(try folder.text("o.csv").hasPrefix("query,recall_at_1,recall_at_3,precision_at_1"))
  }

  /// A column of a file is the file, and the suffix of CSV may be in capitals.
  @Test(arguments: [("--query-ids", 3), ("--document-ids", 5)])
  func namesAreNoOutput(_ option: String, _ count: Int) throws {
    let names = "name\n" + (0..<count).map { "n\($0)\n" }.joined()
    for name in ["ids.csv", "IDS.CSV"] {
      try folder.write(names, name)
      for output in ["--csv", "--trec"] {
        let run = try run(
          "score", "--queries", "q.npy", "--documents", "d.npy", "--pairs", "p.npy", option,
          "\(name):name", output, name)
        #expect(run.status == 65 && run.errors.contains("\(name): is an input"), "\(run.errors)")
      }
      #expect(try folder.text(name) == names)
      let written = try run(
        "score", "--queries", "q.npy", "--documents", "d.npy", "--pairs", "p.npy", option,
        "\(name):name", "--trec", "run.txt")
      #expect(written.status == 0, "\(written.errors)")
      #expect(try folder.text("run.txt").contains("n2"))
    }
  }

  /// Judgments are lines under any name, and what is wrong with one is said by its line.
  @Test func judgmentsAreLines() throws {
    func score(_ judgments: String) throws -> Command {
      try folder.write(judgments, "judged.csv")
      return try run(
        "score", "--queries", "q.npy", "--documents", "d.npy", "--qrels", "judged.csv", "--json")
    }
    let found = try score("0 0 0 2\n2 0 4 1\n")
    #expect(found.status == 0, "\(found.errors)")
    #expect(try found.json()["queries"] as? Int == 2)
    for (line, problem) in [
      ("3 0 0 1", "names the query '3', which is none of the 3"),
      ("0 0 5 1", "names the document '5', which is none of the 5"),
      ("0 0 -1 1", "names the document '-1', which is none of the 5"),
      ("0 0 1 4294967296", "has the grade '4294967296', expected a whole number of 32 bits"),
    ] {
      let refused = try score("0 0 0 2\n\n\(line)\n")
      #expect(refused.status == 65, "\(line)")
      #expect(refused.errors.contains("judged.csv: line 3 \(problem)"), "\(refused.errors)")
    }
  }

  /// The suffix of CSV may be in capitals, and the last text empty, in quotes and without a line
  /// feed.
  @Test func readsTextsOfAnyCSVFile() throws {
    try folder.write("text\na\nb\nc\nd\n\"\"", "D.CSV")
    for texts in ["D.CSV", "D.CSV:text"] {
      let run = try run(
        "mine", "--queries", "q.npy", "--documents", "d.npy", "--pairs", "p.npy", "--below", "1",
        "--output", "o.safetensors", "--jsonl", "o.jsonl", "--document-texts", texts)
      #expect(run.status == 0, "\(run.errors)")
      let lines = try folder.text("o.jsonl")
      #expect(lines.hasPrefix(#"{"anchor":0,"positive":"a","negative":"d""#), "\(lines)")
      #expect(lines.contains(#"{"anchor":2,"positive":"","negative":"b""#), "\(lines)")
    }
  }

  /// The evidence's clusterings fit documents that are there several times.
  @Test func evidenceOfRepeatedDocuments() throws {
    let rows = try TestData.embeddings(8, 3, seed: 1).rows(at: (0..<40).map { $0 % 8 })
    try NPYFile.write(rows, to: folder.file("r.npy"))
    let run = try run(
      "mine", "--queries", "r.npy", "--documents", "r.npy", "--evidence", "--output",
      "o.safetensors")
    #expect(run.status == 0, "\(run.errors)")
    let file = try SafetensorsFile(path: folder.file("o.safetensors"))
    #expect(try file.tensor("evidence").summary == "F32 [40 × 8]")
  }

  /// Only commands that have `--zero-rows` recommend it.
  @Test(arguments: [
    ("duplicates --input z.npy -o o", false),
    ("mine --queries z.npy --documents z.npy -o o", false),
    ("score --queries z.npy --documents z.npy", false),
    ("adapt --queries z.npy --documents z.npy -o o", false),
    ("knn --queries z.npy --bank z.npy -k 1 -o o --normalize", true),
    ("audit --embeddings z.npy -k 1 --clusters 1", true),
    ("evaluate --test z.npy --measures uniformity", true),
  ]) func recommendsOptionsThatThereAre(_ line: String, _ isThere: Bool) throws {
    let rows = [Float](repeating: 1, count: 16) + [Float](repeating: 0, count: 64)
    try NPYFile.write(Tensor(shape: [40, 2], elements: .float32(rows)), to: folder.file("z.npy"))
    let run = try Command(shell: "cd '\(folder.path)' && \"$0\" \(line)")
    #expect(run.status == 65 && run.errors.contains("found norm 0 at row "), "\(run.errors)")
    #expect(run.errors.contains("--zero-rows keep") == isThere, "\(run.errors)")
  }

  @Test(arguments: [
    ("duplicates --input d.npy --threshold 2", Int32(64), "threshold: found 2.0"),
    ("duplicates --input d.npy --keep-fraction 0.5 --threshold 0.9", 64, "--keep-fraction"),
    ("duplicates --input d.npy --memory x", 64, "memory"),
    (
      "duplicates --input d.npy --clusters 2", 64,
      "clusters: found 2, expected none without --keep-fraction"
    ),
    ("duplicates --input d.npy --seed 2", 64, "seed: found 2, expected none without --keep-"),
    (
      "mine --queries d.npy --documents d.npy --seed 2", 64,
      "seed: found 2, expected none without --evidence"
    ),
    ("mine --queries q.npy --documents d.npy", 65, "expected 3, one for each query"),
    (
      "mine --queries q.npy --documents d.npy --pairs p.npy --per-query 0", 64, "per-query: found 0"
    ),
    ("mine --queries q.npy --documents d.npy --pairs q.npy", 65, "q.npy"),
    ("mine --queries q.npy --documents d.npy --pairs d.npy", 65, "a whole number"),
    ("mine --queries q.npy --documents none.npy --pairs p.npy", 65, "none.npy"),
    ("score --queries q.npy --documents d.npy --qrels q.npy", 65, "line 1"),
    ("score --queries q.npy --documents d.npy --pairs p.npy --k 0", 64, "k: found [0]"),
    ("score --queries q.npy --documents d.npy --pairs p.npy --confidence 1", 64, "confidence"),
  ]) func refuses(_ line: String, _ status: Int32, _ text: String) throws {
    let words = line.split(separator: " ").map(String.init)
    let output = words[0] == "score" ? [] : ["--output", folder.file("no.safetensors")]
    let run = try Command(
      arguments: words.map { $0.hasSuffix(".npy") || $0.hasSuffix(".tsv") ? folder.file($0) : $0 }
        + output)
    #expect(run.status == status && run.errors.contains(text), "\(run.errors)")
    #expect(!folder.exists("no.safetensors"))
  }
}
