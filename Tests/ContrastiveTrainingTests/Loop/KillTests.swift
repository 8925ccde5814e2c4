import ContrastiveCore
import ContrastiveFiles
import Foundation
import Testing
import _TestSupport

import ContrastiveTraining

/// Processes that save checkpoints without pause, killed (signal 9) at random instants.
///
/// `CONTRASTIVE_KILLS` is their number (200), `CONTRASTIVE_TEST_SEED` of the instants.
@Suite(.serialized) struct KillTests {
  @Test func everyCheckpointIsTheOldOrTheNewOne() async throws {
    let environment = ProcessInfo.processInfo.environment
    let kills = environment["CONTRASTIVE_KILLS"].flatMap(Int.init) ?? 200
    let seed = environment["CONTRASTIVE_TEST_SEED"].flatMap(UInt64.init) ?? 1
    let temporary = try TemporaryFolder()
    let folder = temporary.path

    var random = CounterRandom(seed: seed)
    var (last, between, leftovers) = (0, 0, 0)
    for kill in 0..<kills {
      let delay = 200 + random.index(below: 40_000)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [folder = folder as String, delay = delay as Int] in
        try SavingProcess(folder: folder).saveUntilKilled(after: delay)
      }
      let process = SavingProcess(folder: folder)
      let intended = process.intended
      let found = try process.generation
      #expect(
        found == intended || found == intended - 1,
        "kill \(kill), seed \(seed): generation \(found), intended \(intended)")
      #expect(found >= last)
      last = found
      if found == intended - 1 { between += 1 }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      // At most the one of the save that was killed: each save removes what it finds.
      let temporaries = names.count { $0.contains(".tmp-") }
      #expect(temporaries <= 1, "\(names)")
      leftovers += temporaries
    }
    // The instants must have fallen into saves, or nothing was tried.
    print(
      "\(kills) kills: generation \(last), \(between) in the middle of a save, "
        + "\(leftovers) temporary files left and then removed")
    #expect(last > kills / 20 && between > kills / 20)
    try SavingProcess(folder: folder).save(generation: last + 1)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names == ["checkpoint.safetensors", "intended"])
  }
}

/// A process that does nothing but save a run, generation after generation.
private struct SavingProcess {
  let folder: String

  private var checkpoint: String { "\(folder)/checkpoint.safetensors" }

  /// The generation of the checkpoint; 0 when there is none.
  var generation: Int {
    get throws {
      guard access(checkpoint, F_OK) == 0 else { return 0 }
      return try Checkpoint(path: checkpoint).summary.stepsDone
    }
  }

  /// The generation that was being saved, or had been.
  var intended: Int {
    guard let data = FileManager.default.contents(atPath: "\(folder)/intended"), data.count == 8
    else { return 0 }
    return data.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
  }

  private func run() throws -> TrainingRun {
    var options = SmallRun.options(.moco, epochs: 1)
    options.batchSize = 2
    var method = MoCo.Options()
    method.bankCapacity = 20_000
    options.method = method
    var run = try TrainingRun(options: options, data: SmallRun.data(), workers: .one)
    try run.advance { _ in }
    return run
  }

  func save(generation: Int) throws { try save(run(), generation) }

  private func save(_ run: TrainingRun, _ generation: Int) throws {
    var run = run
    run.progress.epoch = generation / run.stepsPerEpoch
    run.progress.step = generation % run.stepsPerEpoch
    try Checkpoint(of: run).write(to: checkpoint)
  }

  func saveUntilKilled(after microseconds: Int) throws {
    let run = try run()
    var next = try generation + 1
    let file = open("\(folder)/intended", O_WRONLY | O_CREAT, 0o600)
    let thread = Thread {
      usleep(UInt32(microseconds))
      kill(getpid(), SIGKILL)
    }
    thread.start()
    while true {
      withUnsafeBytes(of: next) { _ = pwrite(file, $0.baseAddress, 8, 0) }
      try save(run, next)
      next += 1
    }
  }
}
