import ContrastiveCore
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

/// One rule for the outputs of every command.
@Suite struct OutputTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    var random = CounterRandom(seed: 1)
    let rows = try Matrix(
      rows: 12, columns: 3, values: (0..<36).map { _ in random.uniform(-1, 1) })
    try NPYFile.write(rows, to: folder.file("x.npy"))
    try SafetensorsFile(tensors: ["queries": Tensor(rows), "keys": Tensor(rows)])
      .write(to: folder.file("in.safetensors"))
    try SafetensorsFile(tensors: ["a": Tensor(rows)]).write(to: folder.file("a.safetensors"))
  }

  /// A line of the shell in the folder, `"$0"` being the program.
  private func shell(_ line: String) throws -> Command {
    try Command(shell: "cd '\(folder.path)' && \(line)")
  }

  /// Command lines without `--output`, and a tensor of their result.
  static let commands: [(line: String, tensor: String)] = [
    ("kmeans -i INPUT -c 2 --json", "centroids.0"), ("sinkhorn -s INPUT --json", "codes"),
    ("knn --queries x.npy --bank INPUT -k 2 --json", "neighbors"),
    ("graph --input INPUT -k 2 --json", "similarities"),
    ("audit --embeddings x.npy --support INPUT --json", "candidates"),
    ("loss nt-xent -i INPUT", "loss"), ("duplicates -i INPUT --json", "groups"),
    ("mine --queries x.npy --documents INPUT --json", "negatives"),
    ("score --queries x.npy --documents INPUT --json", "queries"),
  ]

  /// Those that write a table, too.
  static let tables = commands.indices.filter { ![1, 5].contains($0) }

  private func line(_ index: Int, input: String) -> String {
    "\"$0\" " + Self.commands[index].line.replacing("INPUT", with: input)
  }

  private func input(_ index: Int) -> String { index == 5 ? "views.safetensors" : "x.npy" }

  private func writeViews() throws {
    let rows = try NPYFile.read(path: folder.file("x.npy"))
    try SafetensorsFile(tensors: ["view1": rows, "view2": rows])
      .write(to: folder.file("views.safetensors"))
  }

  @Test(arguments: commands.indices) func pipesAreWrittenInto(_ index: Int) throws {
    try writeViews()
    let run = try shell(
      """
      mkfifo pipe && { timeout 60 cat pipe > got & } \
      && \(line(index, input: input(index))) -o pipe && wait && test -p pipe
      """)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.json().isEmpty == false)
    _ = try SafetensorsFile(path: folder.file("got")).tensor(Self.commands[index].tensor)
  }

  /// The result on standard output, through a pipe or into a file; the report on standard error.
  @Test(arguments: ["-o - | cat > got", "-o - > got", "-o link > got", "-o got > got"])
  func standardOutput(_ end: String) throws {
    for index in Self.commands.indices {
      try writeViews()
      _ = try shell("ln -sf /proc/self/fd/1 link")
      let run = try shell("\(line(index, input: input(index))) \(end)")
      #expect(run.status == 0, "\(run.errors)")
      _ = try SafetensorsFile(path: folder.file("got")).tensor(Self.commands[index].tensor)
      let last = try #require(run.errorLines.last)
      #expect(last.hasPrefix("{") && last.hasSuffix("}"), "\(run.errors)")
      #expect(try folder.names.contains("link"))
    }
  }

  /// Under its own name, another, a hard link's or a symbolic link's.
  @Test(arguments: commands.indices) func anInputIsNoOutput(_ index: Int) throws {
    try writeViews()
    let name = input(index)
    let before = try folder.bytes(name)
    _ = try shell("ln \(name) hard.safetensors && ln -s \(name) soft.safetensors")
    for output in [name, "./\(name)", "hard.safetensors", "soft.safetensors"] {
      let run = try shell("\(line(index, input: name)) -o \(output)")
      #expect(run.status == 65, "\(run.errors)")
      #expect(run.errorLines.count == 1 && run.errors.contains("is an input"), "\(run.errors)")
      #expect(run.output.isEmpty)
    }
    #expect(try folder.bytes(name) == before)
    // Added to the end of an input is no better.
    #expect(try shell("\(line(index, input: name)) -o - >> \(name)").status == 65)
    #expect(try folder.bytes(name) == before)
  }

  /// Two results go to two places, whatever they are called.
  @Test(arguments: tables) func twoOutputsAreNotOne(_ index: Int) throws {
    _ = try shell("ln -s /proc/self/fd/1 link")
    for (output, table) in [
      ("both", "both"), ("both", "./both"), ("both", "../${PWD##*/}/both"), ("-", "-"),
      ("-", "/dev/stdout"), ("link", "-"),
    ] {
      let run = try shell("\(line(index, input: "x.npy")) -o \(output) --csv \(table)")
      #expect(run.status == 64 && run.output.isEmpty, "\(run.errors)")
      #expect(run.errorLines.count == 1 && run.errors.contains("csv: found "), "\(run.errors)")
      #expect(
        run.errors.contains("expected another place than --output, which is \(output)"),
        "\(run.errors)")
      #expect(!folder.exists("both"))
    }
    let many = "\"$0\" mine --queries x.npy --documents x.npy -o one.safetensors --csv two.csv"
    let run = try shell("\(many) --jsonl ./two.csv")
    #expect(run.status == 64 && run.errors.contains("jsonl: found ./two.csv"), "\(run.errors)")
  }

  /// A table on standard output is there alone.
  @Test(arguments: tables) func aTableIsOnStandardOutputAlone(_ index: Int) throws {
    let run = try shell("\(line(index, input: "x.npy")) -o out.safetensors --csv -")
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(Set(lines.map { $0.count { $0 == "," } }).count == 1, "\(run.output)")
    #expect(!run.output.contains("{") && run.errorLines.last?.hasPrefix("{") == true)
    let wrong = try shell("\(line(index, input: "x.npy")) -o out --csv out.txt")
    #expect(wrong.status == 64, "\(wrong.errors)")
    #expect(
      wrong.errors == "contrastive: csv: found out.txt, expected a name that ends in .csv, as the "
        + "result is a csv file\n")
  }

  /// A tensor of a file is the file.
  @Test func aTensorsFileIsAnInput() throws {
    let run = try shell("\"$0\" kmeans -i a.safetensors:a -c 2 -o a.safetensors")
    #expect(run.status == 65 && run.errors.contains("is an input"), "\(run.errors)")
    #expect(try SafetensorsFile(path: folder.file("a.safetensors")).tensors.count == 1)
  }

  @Test func embedAndReport() throws {
    try folder.writeImages("data", train: 24, test: 12)
    let trained = try shell(
      """
      "$0" train --data data -o run --epochs 0 --widths 4 4 --batch-size 8 \
        --bank-capacity 16 --neighbors 5
      """)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("24 training and 12 test images of 12 × 10 × 3"))
    _ = try shell("cp data/test-images.npy images.npy")
    let embed = "\"$0\" embed --run run --images images.npy"
    let before = try folder.bytes("images.npy")
    for (output, status, text) in [
      ("images.npy", Int32(65), "is an input"), ("run/encoder.safetensors", 65, "is an input"),
      ("f.safetensors", 64, "ends in .npy"), ("run", 65, "is a folder"),
    ] {
      let run = try shell("\(embed) -o \(output)")
      #expect(run.status == status && run.errors.contains(text), "\(run.errors)")
      #expect(run.errorLines.count == 1)
    }
    #expect(try folder.bytes("images.npy") == before)
    let streamed = try shell("\(embed) -o - | cat > f.npy")
    #expect(streamed.status == 0 && streamed.errors.contains("12 images of 12 × 10 × 3"))
    #expect(try NPYFile.read(path: folder.file("f.npy")).shape == [12, 4])

    for (output, status) in [
      ("run/config.json", Int32(65)), ("data/train-images.npy", 65), ("page.txt", 64),
    ] {
      #expect(try shell("\"$0\" report run -o \(output)").status == status)
    }
    let page = try shell("\"$0\" report run -o - > page.html")
    #expect(page.status == 0, "\(page.errors)")
    #expect(try folder.text("page.html").hasPrefix("<!"))
    // A page is written over by the next.
    for _ in 0..<2 { #expect(try shell("\"$0\" report run").status == 0) }
  }

  @Test(arguments: [
    ("km.npy", Int32(64)), ("km.npz", 64), ("km.csv", 64), ("km.safetensors.gz", 64),
    ("km.safetensors", 0), ("KM.SAFETENSORS", 0), ("km", 0), ("km-0.07", 0), (".km", 0),
  ]) func suffixAndFormatAgree(_ name: String, _ status: Int32) throws {
    let run = try shell("\(line(0, input: "x.npy")) -o \(name)")
    #expect(run.status == status, "\(run.errors)")
    #expect(folder.exists(name) == (status == 0))
    if status != 0 {
      #expect(
        run.errors == "contrastive: output: found \(name), expected a name that ends in "
          + ".safetensors, as the result is a safetensors file\n")
    }
  }

  /// Everything that is printed arrives, or the command fails with one line.
  @Test(arguments: [
    "evaluate --test x.npy --measures rank --json", "loss infonce -i in.safetensors -o out",
    "inspect x.npy", "graph --input x.npy -k 2 -o out", "doctor", "train --print-config",
    "sinkhorn -s x.npy -o -", "--help", "--version", "loss infonce --help",
    "--generate-completion-script bash",
  ]) func fullAndClosedStandardOutput(_ line: String) throws {
    let full = try shell("\"$0\" \(line) > /dev/full")
    #expect(full.status == 65, "\(full.errors)")
    #expect(
      full.errors == "contrastive: standard output: cannot be saved: writing failed: "
        + "No space left on device\n")
    let closed = try shell("\"$0\" \(line) >&-")
    #expect(closed.status == 65 && closed.errorLines.count == 1, "\(closed.errors)")
    #expect(closed.errors.contains("standard output"))
    // Also where the parent ignores the signal, as some do.
    for trap in ["", "trap '' PIPE;"] {
      let gone = try shell("\(trap) { sleep 0.2; \"$0\" \(line); echo $? > status; } | true")
      #expect(gone.errors.isEmpty, "\(gone.errors)")
      #expect(try folder.text("status") == "141\n")
    }
  }

  /// Work goes on when nobody reads standard error.
  @Test func closedStandardError() throws {
    let run = try shell(
      "{ sleep 0.2; \"$0\" kmeans -i x.npy -c 2 -o out 2>&1 > text; echo $? > status; } | true")
    #expect(run.status == 0)
    #expect(try folder.text("status") == "0\n" && folder.exists("out"))
    #expect(try shell("\"$0\" kmeans -i x.npy -c 2 -o out 2>&-").status == 0)
  }
}
