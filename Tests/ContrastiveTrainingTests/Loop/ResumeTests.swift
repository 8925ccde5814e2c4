import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// train(2N) = train(N) + resume + train(N), bit for bit, for every method.
@Suite struct ResumeTests {
  /// Steps after which the run is saved and a new one goes on: at once, in the middle of an epoch,
  /// at its last step, at the beginning and in the middle of the next one, at the end.
  @Test(arguments: MethodName.allCases, [0, 1, 3, 5, 6, 9, 10])
  func continuesAsIfNeverInterrupted(_ method: MethodName, _ steps: Int) throws {
    var whole = try SmallRun.make(method)
    _ = try whole.train { _ in }

    var first = try SmallRun.make(method)
    while first.stepsDone < steps { try first.advance { _ in } }
    var saved = StateExchange()
    try first.exchange(&saved)

    var second = try SmallRun.make(method)
    var loading = StateExchange(loading: saved.tensors, texts: saved.texts, from: "memory")
    try second.exchange(&loading)
    try loading.finish()
    #expect(try second.fingerprint() == first.fingerprint())
    _ = try second.train { _ in }
    #expect(try second.fingerprint() == whole.fingerprint())
    #expect(second.encoder.network.parameters == whole.encoder.network.parameters)
  }

  /// Nothing that matters is left out of the state: a method that forgot a part would go on from
  /// its first value.
  @Test(arguments: MethodName.allCases) func everyStepMovesTheState(_ method: MethodName) throws {
    var run = try SmallRun.make(method)
    var last = try run.fingerprint()
    for _ in 0..<3 {
      try run.advance { _ in }
      let next = try run.fingerprint()
      #expect(next != last)
      last = next
    }
  }

  @Test(arguments: MethodName.allCases) func refusesTheStateOfAnotherRun(
    _ method: MethodName
  ) throws {
    var run = try SmallRun.make(method)
    try run.advance { _ in }
    var saved = StateExchange()
    try run.exchange(&saved)
    for name in saved.tensors.keys {
      var missing = saved.tensors
      missing[name] = nil
      var loading = StateExchange(loading: missing, texts: saved.texts, from: "memory")
      var blank = try SmallRun.make(method)
      #expect(
        throws: ContrastiveError.file(
          path: "memory", problem: "is not a state of this run: \(name) is missing")
      ) { try blank.exchange(&loading) }
    }
    var other = SmallRun.options(method)
    other.widths = [4, 7]
    var run2 = try TrainingRun(options: other, data: SmallRun.data(), workers: .one)
    var loading = StateExchange(loading: saved.tensors, texts: saved.texts, from: "memory")
    #expect(
      throws: ContrastiveError.file(
        path: "memory",
        problem: "is not a state of this run: encoder.backbone.convolution2.weight is "
          + "F32 [36 × 6], expected F32 [36, 7]")
    ) { try run2.exchange(&loading) }
  }
}
