import ContrastiveCore
import ContrastiveFiles
import Foundation
import Synchronization
import Testing
import _TestSupport

import ContrastiveTraining

@Suite struct CheckpointTests {
  private func run(_ method: MethodName = .moco, steps: Int) throws -> TrainingRun {
    var run = try SmallRun.make(method)
    while run.stepsDone < steps { try run.advance { _ in } }
    return run
  }

  /// Through the file, in the middle of an epoch.
  @Test(arguments: MethodName.allCases) func continuesFromTheFile(_ method: MethodName) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a")
    var whole = try run(method, steps: 7)
    try Checkpoint(of: whole).write(to: path)
    var second = try SmallRun.make(method)
    let checkpoint = try Checkpoint(path: path)
    #expect(checkpoint.summary.stepsDone == 7 && checkpoint.summary.epoch == 1)
    try checkpoint.restore(&second, from: path)
    _ = try whole.train { _ in }
    _ = try second.train { _ in }
    #expect(try second.fingerprint() == whole.fingerprint())
  }

  /// What multiplies is an option: it is in the file, and decides the last bits of a step.
  @Test func recordsTheProduct() throws {
    let folder = try TemporaryFolder()
    var steps: [[String: [UInt8]]] = []
    for product in MatrixProduct.allCases {
      var options = SmallRun.options(.simclr)
      options.product = product
      // Workers with another product change nothing.
      var run = try TrainingRun(
        options: options, data: SmallRun.data(), workers: .one.using(.packed))
      try run.advance { _ in }
      try Checkpoint(of: run).write(to: folder.file(product.rawValue))
      #expect(
        try Checkpoint(path: folder.file(product.rawValue)).configuration.options().product
          == product)
      steps.append(try run.fingerprint())
    }
    #expect(steps[0] != steps[1])
  }

  /// A run that does not name its product is older than the choice: it was the BLAS's, and stays
  /// so.
  @Test func olderRunsWereTheBLASs() throws {
    let folder = try TemporaryFolder()
    try folder.write(#"{"method": "simclr", "epochs": 3}"#, "config.json")
    let options = try RunFolder(path: folder.path).options()
    #expect(options.product == .blas && options.epochs == 3)
  }

  @Test func refusesAnotherRun() throws {
    let checkpoint = try Checkpoint(of: run(steps: 1))
    var options = SmallRun.options(.moco)
    options.seed = 1
    var other = try TrainingRun(options: options, data: SmallRun.data(), workers: .one)
    #expect(
      throws: ContrastiveError.file(path: "a", problem: "is of a run with another option: seed")
    ) { try checkpoint.restore(&other, from: "a") }
    options.seed = 0
    options.product = options.product == .blas ? .packed : .blas
    var multiplied = try TrainingRun(options: options, data: SmallRun.data(), workers: .one)
    #expect(
      throws: ContrastiveError.file(path: "a", problem: "is of a run with another option: product")
    ) { try checkpoint.restore(&multiplied, from: "a") }
    let images = try SmallRun.data()
    var bytes = images.train.pixels.bytes
    bytes[0] ^= 1
    let changed = SmallData(
      train: try ImageSet(
        Pixels(bytes, shape: images.train.pixels.shape), labels: images.train.labels),
      test: images.test)
    var moved = try TrainingRun(options: SmallRun.options(.moco), data: changed, workers: .one)
    #expect(throws: ContrastiveError.file(path: "a", problem: "is of a run on other images")) {
      try checkpoint.restore(&moved, from: "a")
    }
  }

  /// The n-th system call of a save fails, for every n: the old file is untouched, the reason
  /// named, no descriptor left open, no temporary file left behind.
  @Test(arguments: [ENOSPC, EIO]) func everyCallMayFail(_ reason: Int32) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("checkpoint")
    let (old, new) = (try Checkpoint(of: run(steps: 1)), try Checkpoint(of: run(steps: 2)))
    try old.write(to: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    var failures = 0
    for failing in 1...200 {
      guard let problem = problem(of: new, path, FailingCall(failing, reason).calls) else { break }
      failures += 1
      #expect(problem.hasSuffix(String(cString: strerror(reason))), "\(problem)")
      if problem.hasPrefix("was saved") {
        #expect(try Checkpoint(path: path).summary.stepsDone == 2)
        try old.write(to: path)
      } else {
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before, "\(problem)")
      }
      #expect(try folder.names == ["checkpoint"])
      #expect(openFiles(in: folder.path) == 0)
    }
    // Folder, temporary file, a write for the length, the header and each tensor, and three more.
    #expect(failures > 20)
    #expect(try Checkpoint(path: path).summary.stepsDone == 2)
  }

  /// Why a save failed, or nil.
  private func problem(
    of checkpoint: Checkpoint, _ path: String, _ calls: FileCalls
  ) -> String? {
    do throws(ContrastiveError) {
      try checkpoint.write(to: path, calls: calls)
      return nil
    } catch {
      guard case .file(path, let problem) = error else { return "\(error)" }
      return problem
    }
  }

  private func openFiles(in folder: String) -> Int {
    let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return descriptors.count {
      let target = try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/fd/\($0)")
      return target?.hasPrefix(folder) == true
    }
  }

  /// Every truncation, every byte of the header changed in two ways, and bytes of the data.
  @Test func damageIsFound() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a")
    try Checkpoint(of: run(steps: 1)).write(to: path)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let header = 8 + whole[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var accepted: [Int] = []
    func refuse(_ bytes: [UInt8], _ position: Int) throws {
      try #require(
        fopen(path, "w").map { file in
          defer { fclose(file) }
          return bytes.isEmpty || fwrite(bytes, 1, bytes.count, file) == bytes.count
        } == true)
      let refusal = Result { try Checkpoint(path: path) }
      switch refusal {
      case .success: accepted.append(position)
      case .failure(let error):
        if case ContrastiveError.file = error { break }
        Issue.record("at \(position): \(error)")
      }
    }
    let positions = Array(0..<header) + stride(from: header, to: whole.count, by: 97)
    for position in positions {
      try refuse(Array(whole[..<position]), position)
      for change: UInt8 in [0x01, 0xff] {
        var bytes = whole
        bytes[position] ^= change
        try refuse(bytes, position)
      }
    }
    #expect(accepted.isEmpty, "accepted with damage at \(accepted.prefix(10))")
    #expect(positions.count > 2000)
  }
}

/// The system's calls, the n-th of which fails.
private struct FailingCall {
  private final class Rest: Sendable {
    let count: Atomic<Int>
    init(_ count: Int) { self.count = Atomic(count) }
  }

  let calls: FileCalls

  init(_ failing: Int, _ reason: Int32) {
    let rest = Rest(failing)
    @Sendable func fails() -> Bool {
      guard rest.count.subtract(1, ordering: .relaxed).newValue == 0 else { return false }
      errno = reason
      return true
    }
    var calls = FileCalls.system
    calls.openFile = { fails() ? -1 : FileCalls.system.openFile($0, $1) }
    calls.writeBytes = { fails() ? -1 : FileCalls.system.writeBytes($0, $1) }
    calls.synchronize = { fails() ? -1 : FileCalls.system.synchronize($0) }
    calls.renameFile = { fails() ? -1 : FileCalls.system.renameFile($0, $1) }
    self.calls = calls
  }
}
