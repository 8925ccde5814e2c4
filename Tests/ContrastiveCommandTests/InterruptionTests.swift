import Contrastive
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

/// SIGINT and SIGTERM leave no file and say so.
@Suite struct InterruptionTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let rows = try TestData.matrix(20_000, 256, seed: 1)
    try NPYFile.write(rows, to: folder.file("x.npy"))
    try NPYFile.write(
      Tensor(.int64((0..<20_000).map { Int64($0 % 40) })), to: folder.file("labels.npy"))
  }

  /// Runs a command that takes longer than it is given.
  private func interrupt(_ line: String, by signal: String = "INT", after seconds: Double = 1)
    throws -> Command
  {
    try Command(
      shell:
        "cd '\(folder.path)' && timeout --preserve-status -s \(signal) \(seconds) \"$0\" \(line)"
    )
  }

  static let lines = [
    "kmeans -i x.npy -c 900 --iterations 100000 --restarts 1000 -o out.safetensors",
    "knn --queries x.npy --bank x.npy -k 2000 -o out.safetensors --csv out.csv",
    "graph --input x.npy -k 2000 -o out.safetensors",
    "audit --embeddings x.npy --clusters 900 -o out.safetensors",
    "evaluate --test x.npy --test-labels labels.npy --train x.npy --train-labels labels.npy",
    "sinkhorn -s x.npy --iterations 1000000 -o out.safetensors",
  ]

  @Test(arguments: lines, ["INT", "TERM"]) func leavesNothing(_ line: String, _ signal: String)
    throws
  {
    let before = try folder.names
    let run = try interrupt(line, by: signal)
    #expect(run.status == (signal == "INT" ? 130 : 143), "\(run.errors)")
    let word = signal == "INT" ? "interrupted" : "terminated"
    #expect(run.errorLines.last == "contrastive: \(word); nothing was written")
    #expect(run.output.isEmpty)
    #expect(try folder.names == before)
  }

  /// What was written before is named.
  ///
  /// A pipe that nobody empties holds the second output.
  @Test func saysWhatIsThere() throws {
    let run = try Command(
      shell: """
        cd '\(folder.path)' && mkfifo pipe || exit 1
        sleep 300 < pipe & reader=$!
        "$0" knn --queries x.npy --bank x.npy -k 20 -o out.safetensors --csv pipe & program=$!
        for i in $(seq 1000); do [ -e out.safetensors ] && break; sleep 0.1; done
        sleep 1; kill -TERM $program; wait $program; status=$?; kill $reader; exit $status
        """)
    #expect(run.status == 143, "\(run.errors)")
    #expect(
      run.errorLines.last == "contrastive: terminated after writing out.safetensors",
      "\(run.errors)")
    #expect(try folder.names == ["labels.npy", "out.safetensors", "pipe", "x.npy"])
  }

  /// A signal that the parent has ignored, as `nohup` does, stays so.
  @Test func ignoredSignalsStayIgnored() throws {
    let run = try Command(
      shell: """
        cd '\(folder.path)' || exit 1; trap '' INT; "$0" graph --input x.npy -k 5 \
        -o out.safetensors & sleep 0.2; kill -INT $!; wait $!
        """)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.names.contains("out.safetensors"))
  }
}
