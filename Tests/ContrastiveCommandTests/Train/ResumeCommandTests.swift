import ContrastiveCore
import Foundation
import Testing
import _TestSupport

/// `contrastive train --resume` and `contrastive inspect`, as a user has them.
@Suite struct ResumeCommandTests {
  let folder: TemporaryFolder
  private let epochs = 4

  init() throws {
    folder = try TemporaryFolder()
    try folder.writeImages("data", train: 256, test: 30)
  }

  private func arguments(_ run: String) -> [String] {
    [
      "train", "--data", folder.file("data"), "--output", folder.file(run), "--epochs", "\(epochs)",
      "--batch-size", "16", "--bank-capacity", "50", "--widths", "8", "16", "--neighbors", "5",
      "--checkpoint-steps", "1",
    ]
  }

  private func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("contrastive")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Killed again and again at random instants, a run still ends as one that was left alone.
  @Test func killedAndResumed() throws {
    #expect(try Command(arguments: arguments("whole")).status == 0)
    var random = CounterRandom(seed: 5)
    var (kills, resume) = (0, arguments("killed"))
    while true {
      let process = try start(resume)
      usleep(UInt32(20_000 + random.index(below: 150_000)))
      if process.isRunning, kills < 20 { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      if process.terminationReason == .exit {
        #expect(process.terminationStatus == 0)
        break
      }
      kills += 1
      if folder.exists("killed/config.json") {
        resume = ["train", "--resume", folder.file("killed"), "--checkpoint-steps", "1"]
      } else {
        try? FileManager.default.removeItem(atPath: folder.file("killed"))
      }
    }
    #expect(kills > 0)
    #expect(
      try folder.bytes("killed/encoder.safetensors") == folder.bytes("whole/encoder.safetensors"))
    func losses(_ run: String) throws -> [String] {
      try folder.text("\(run)/metrics.jsonl").split(separator: "\n").map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return "\(object?["epoch"] ?? "") \(object?["loss"] ?? "") \(object?["knn_accuracy"] ?? "")"
      }
    }
    #expect(try losses("killed") == losses("whole"))
    #expect(try losses("killed").count == epochs)
    let again = try Command("train", "--resume", folder.file("killed"))
    #expect(again.status == 0 && again.errors.contains("is finished"))
    #expect(try again.json()["images"] as? Int == 256)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("killed")).sorted()
    #expect(
      names == [
        "checkpoint.safetensors", "config.json", "encoder.safetensors", "metrics.jsonl",
        "result.json",
      ])
  }

  /// SIGTERM and SIGINT let the step end and save the run.
  @Test(arguments: [SIGTERM, SIGINT]) func stopsWhenAsked(_ number: Int32) throws {
    let many = arguments("run").map { $0 == "\(epochs)" ? "100000" : $0 }
    let process = try start(many)
    defer { process.terminate() }
    for _ in 0..<500 where !folder.exists("run/checkpoint.safetensors") { usleep(20_000) }
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 128 + number)
    let inspected = try Command("inspect", folder.file("run/checkpoint.safetensors"), "--json")
    #expect(inspected.status == 0)
    #expect(try inspected.json()["kind"] as? String == "checkpoint")
  }

  @Test func oneWriterAtATime() throws {
    let process = try start(arguments("run").map { $0 == "\(epochs)" ? "100000" : $0 })
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    for _ in 0..<500 where !folder.exists("run/checkpoint.safetensors") { usleep(20_000) }
    // It is stopped, or it would train on where it is not refused.
    let second = try Command(shell: "timeout 30 \"$0\" train --resume '\(folder.file("run"))'")
    #expect(second.status == 65 && second.errors.contains("in use by another process"))
  }

  @Test func refusesWhatCannotBeResumed() throws {
    let none = try Command("train", "--resume", folder.file("data"))
    #expect(none.status == 65 && none.errors.contains("holds no run"))
    let multiplied = try Command("train", "--resume", folder.file("data"), "--product", "blas")
    #expect(multiplied.status == 64 && multiplied.errors.contains("keeps its"))
    let changed = try Command("train", "--resume", folder.file("data"), "--batch-size", "3")
    #expect(changed.status == 64 && changed.errors.contains("keeps its"))
  }

  @Test func inspectsEveryFormat() throws {
    #expect(try Command(arguments: arguments("run")).status == 0)
    func kind(_ name: String) throws -> String? {
      let run = try Command("inspect", folder.file(name), "--json")
      #expect(run.status == 0, "\(run.errors)")
      return try run.json()["kind"] as? String
    }
    #expect(try kind("run/encoder.safetensors") == "encoder")
    #expect(try kind("run/checkpoint.safetensors") == "checkpoint")
    #expect(try kind("data/train-images.npy") == "array")
    let idx: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9]
    try folder.write(idx, "labels")
    let text = try Command("inspect", folder.file("labels"))
    #expect(text.output.contains("U8 [2], 7.0 … 9.0"))

    var bytes = try folder.bytes("run/encoder.safetensors")
    bytes[bytes.count - 1] ^= 1
    try folder.write(bytes, "bad")
    let bad = try Command("inspect", folder.file("bad"))
    #expect(bad.status == 65 && bad.errors.contains("is damaged") && bad.output.isEmpty)
    try folder.write([1, 2, 3], "bad")
    #expect(try Command("inspect", folder.file("bad")).errors.contains("no known format"))
  }
}
