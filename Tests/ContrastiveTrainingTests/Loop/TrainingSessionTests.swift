import Contrastive
import Dispatch
import Foundation
import Synchronization
import Testing

import ContrastiveTraining

/// Training as an asynchronous sequence.
@Suite struct TrainingSessionTests {
  private func kind(_ event: TrainingEvent) -> String {
    switch event {
    case .baselines: "baselines"
    case .step(let progress): "step \(progress.stepsDone)"
    case .epoch(let metrics): "epoch \(metrics.epoch)"
    }
  }

  private func withRunFolder(_ body: (RunFolder) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("s-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(RunFolder(path: path))
  }

  @Test func givesTheEventsAndTheBitsOfTheLoop() async throws {
    var run = try SmallRun.make(.pcl)
    var expected: [String] = []
    _ = try run.train { event throws(ContrastiveError) in expected.append(kind(event)) }
    let session = TrainingSession(try SmallRun.make(.pcl))
    var found: [String] = []
    for try await event in session { found.append(kind(event)) }
    #expect(found == expected && found.count == 13)
    #expect(try await session.run.fingerprint() == run.fingerprint())
    for try await event in session { Issue.record("\(event) after the end") }
  }

  /// A loop that ends early leaves the run where another goes on.
  @Test func goesOnWhereALoopEnded() async throws {
    try await withRunFolder { folder in
      let start = try SmallRun.make(.moco)
      try folder.create(for: start.options)
      let session = TrainingSession(start, folder: folder)
      for try await event in session {
        if case .step(let progress) = event, progress.stepsDone == 3 { break }
      }
      #expect(await session.run.stepsDone == 3)
      for try await _ in session {}
      var whole = try SmallRun.make(.moco)
      _ = try whole.train()
      #expect(try await session.run.fingerprint() == whole.fingerprint())
      #expect(try folder.result?.knnAccuracy == whole.result?.knnAccuracy)
      let lines = try String(contentsOfFile: "\(folder.path)/metrics.jsonl", encoding: .utf8)
      #expect(lines.split(separator: "\n").count == 2)
    }
  }

  /// The sequence ends within a step, the run is saved and another session resumes it.
  @Test func cancellationSavesTheRun() async throws {
    try await withRunFolder { folder in
      var options = SmallRun.options(.moco, epochs: 10_000)
      options.neighbors = 1
      let start = try TrainingRun(options: options, data: SmallRun.data(), workers: .one)
      try folder.create(for: start.options)
      let session = TrainingSession(start, folder: folder)
      let task = Task {
        var steps = 0
        for try await event in session {
          if case .step = event { steps += 1 }
        }
        return steps
      }
      while await session.run.stepsDone < 2 { await Task.yield() }
      task.cancel()
      let steps = try await task.value
      let done = await session.run.stepsDone
      #expect(steps == done && done < 50_000)
      #expect(try Checkpoint(path: folder.checkpointPath).summary.stepsDone == done)
      var resumed = try TrainingRun(options: options, data: SmallRun.data(), workers: .one)
      #expect(try folder.resume(&resumed))
      #expect(try await resumed.fingerprint() == session.run.fingerprint())
    }
  }

  @Test func checkpointsAreStepsApart() async throws {
    try await withRunFolder { folder in
      var run = try SmallRun.make(.simclr)
      try folder.create(for: run.options)
      let error = ContrastiveError.parameter(
        name: "checkpointEvery", found: "0", expected: "at least 1")
      #expect(throws: error) { try folder.train(&run, checkpointEvery: 0) { _ in } }
      let session = TrainingSession(run, folder: folder, checkpointEvery: 0)
      await #expect(throws: error) { for try await _ in session {} }
    }
  }

  /// While a step waits, the main actor, which asked for it, does other work.
  @MainActor @Test func leavesTheMainActorFree() async throws {
    let images = WaitingImages(base: try SmallRun.data().train)
    let session = TrainingSession(
      try TrainingRun(options: SmallRun.options(.simclr), train: images, workers: .one))
    images.waits.store(true, ordering: .relaxed)
    for try await event in session {
      MainActor.assertIsolated()
      if case .step(let progress) = event, progress.step == 2 { break }
    }
    #expect(images.served.load(ordering: .relaxed) == 2)
    #expect(images.timeouts.load(ordering: .relaxed) == 0)
    images.waits.store(false, ordering: .relaxed)
    let features = try await session.run.encoderFile.features(of: images)
    #expect(features.rows == 40)
  }

  /// The failure of a step is the failure of the loop.
  @Test func failuresAreTyped() async throws {
    var options = SmallRun.options(.simclr)
    options.learningRate = 1e30
    let session = TrainingSession(
      try TrainingRun(options: options, data: SmallRun.data(), workers: .one))
    await #expect {
      for try await _ in session {}
    } throws: { error in
      // Which of the two it is depends on the rounding of the step before.
      switch error {
      case ContrastiveError.tooLarge("projections", _, _, _, "1e+18"),
        ContrastiveError.nonFinite("projections", _, _, _):
        true
      default: false
      }
    }
  }

  @Test func stopClosuresAreToldHowFarTheRunIs() throws {
    var run = try SmallRun.make(.simclr)
    var fractions: [Double] = []
    let stopped = try run.train(until: { progress in
      fractions.append(progress.fraction)
      return progress.epoch == 2 && progress.step == 3
    })
    #expect(stopped == nil && run.stepsDone == 8 && !run.isFinished)
    #expect(fractions == (1...8).map { Double($0) / 10 })
    #expect(try run.train(until: { _ in false })?.epochs == 2)
    #expect(run.isFinished)
  }
}

/// Images that are there once the main actor has done something else.
private final class WaitingImages: ImageSource {
  let base: ImageSet
  let waits = Atomic(false)
  let served = Atomic(0)
  let timeouts = Atomic(0)
  var count: Int { base.count }
  var shape: ImageShape { base.shape }

  init(base: ImageSet) { self.base = base }

  func pixels(at indices: [Int], workers: Workers) throws(ContrastiveError) -> Pixels {
    if waits.load(ordering: .relaxed) {
      let hasRun = DispatchSemaphore(value: 0)
      Task { @MainActor in hasRun.signal() }
      if hasRun.wait(timeout: .now() + 30) == .timedOut {
        timeouts.add(1, ordering: .relaxed)
      }
      served.add(1, ordering: .relaxed)
    }
    return try base.pixels(at: indices)
  }
}
