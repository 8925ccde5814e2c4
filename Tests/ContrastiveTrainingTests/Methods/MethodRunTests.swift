import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// A few steps of every method, and of the forms that are not the default.
@Suite struct MethodRunTests {
  /// Trains, and again with other threads, and again from the middle of the second epoch.
  func check(_ options: TrainingOptions) throws {
    func make(_ threads: Int) throws -> TrainingRun {
      try TrainingRun(
        options: options, data: SmallRun.data(), workers: Workers(count: threads))
    }
    var one = try make(1)
    let result = try one.train { event throws(ContrastiveError) in
      if case .epoch(let metrics) = event { #expect(metrics.loss.isFinite) }
    }
    #expect(try 0...1 ~= #require(result.knnAccuracy))
    var many = try make(3)
    _ = try many.train { _ in }
    #expect(try many.fingerprint() == one.fingerprint())

    var first = try make(1)
    while first.stepsDone < 7 { try first.advance { _ in } }
    var saved = StateExchange()
    try first.exchange(&saved)
    var second = try make(1)
    var loading = StateExchange(loading: saved.tensors, texts: saved.texts, from: "memory")
    try second.exchange(&loading)
    try loading.finish()
    _ = try second.train { _ in }
    #expect(try second.fingerprint() == one.fingerprint())
  }

  @Test(arguments: MethodName.allCases) func threadsChangeNothing(_ method: MethodName) throws {
    try check(SmallRun.options(method))
  }

  @Test func swavWithQueuesAndSmallCrops() throws {
    var (common, own) = (SmallRun.options(.swav), SwAVMethod.Options())
    own.queueLength = 16
    own.queueStart = 0
    own.smallViews = 2
    own.prototypes = 12
    common.method = own
    try check(common)
  }

  @Test func instDiscWithNoise() throws {
    var (common, own) = (SmallRun.options(.instdisc), InstDiscMethod.Options())
    own.noise = 7
    common.method = own
    try check(common)
  }

  /// A partition that no Double holds is one of the temperature's, which the first step says.
  @Test func instDiscWithoutAPartition() throws {
    var (common, own) = (SmallRun.options(.instdisc), InstDiscMethod.Options())
    (own.noise, own.temperature) = (5, 0.0003)
    common.method = own
    var run = try TrainingRun(options: common, data: SmallRun.data(), workers: .one)
    #expect {
      try run.advance { _ in }
    } throws: { error in
      if case ContrastiveError.parameter("temperature", _, _) = error { true } else { false }
    }
  }

  @Test func hclAnnealed() throws {
    var (common, own) = (SmallRun.options(.hcl), HCLMethod.Options())
    own.annealed = true
    common.method = own
    try check(common)
  }

  @Test(arguments: OptimizerName.allCases, ScheduleName.allCases)
  func otherOptimizersAndSchedules(_ optimizer: OptimizerName, _ schedule: ScheduleName) throws {
    var options = SmallRun.options(.byol)
    (options.optimizer, options.schedule) = (optimizer, schedule)
    (options.blur, options.solarization, options.rotation) = (0.5, 0.5, 20)
    options.learningRate = 0.01
    try check(options)
  }

  @Test func prototypesStayAsDrawnAtFirst() throws {
    var (common, own) = (SmallRun.options(.swav), SwAVMethod.Options())
    (own.frozenEpochs, own.prototypes) = (1, 128)
    common.method = own
    var run = try TrainingRun(options: common, data: SmallRun.data(), workers: .one)
    func prototypes() throws -> [Float] {
      var state = StateExchange()
      try run.exchange(&state)
      let tensor = try #require(state.tensors["own.prototypes"])
      guard case .float32(let values) = tensor.elements else { return [] }
      return values
    }
    func largestMove(from first: [Float]) throws -> Float {
      zip(first, try prototypes()).map { abs($0 - $1) }.max() ?? 0
    }
    try run.advance { _ in }
    let first = try prototypes()
    #expect(first.count == 128 * 5)
    while run.stepsDone < 5 { try run.advance { _ in } }
    // Brought to length 1 again, they may change in the last bit.
    #expect(try largestMove(from: first) < 1e-6)
    try run.advance { _ in }
    #expect(try largestMove(from: first) > 1e-4)
  }

  @Test func refusals() throws {
    func expectRefusal<Options: MethodOptions>(
      _ error: ContrastiveError, _ method: MethodName, _ options: Options,
      _ change: (inout Options) -> Void
    ) {
      var (own, common) = (options, SmallRun.options(method))
      change(&own)
      common.method = own
      #expect(throws: error) { try common.validate() }
    }
    expectRefusal(
      .parameter(name: "temperature", found: "0.0", expected: "1e-6 … 1e6"), .simclr,
      SimCLR.Options()
    ) { $0.temperature = 0 }
    expectRefusal(
      .parameter(name: "tau_plus", found: "1.0", expected: "0 ..< 1"), .dcl, DCLMethod.Options()
    ) { $0.tauPlus = 1 }
    expectRefusal(
      .parameter(name: "beta", found: "-1.0", expected: "0 … 1e6"), .hcl, HCLMethod.Options()
    ) { $0.beta = -1 }
    expectRefusal(
      .parameter(name: "predictor_dimension", found: "0", expected: "1 … 65536"), .simsiam,
      SimSiamMethod.Options()
    ) { $0.predictorDimension = 0 }
    expectRefusal(
      .parameter(name: "encoder_momentum", found: "1.5", expected: "0 … 1"), .byol,
      BYOLMethod.Options()
    ) { $0.encoderMomentum = 1.5 }
    expectRefusal(
      .parameter(
        name: "queue_length", found: "12", expected: "0 or a multiple of the batch size, 8"), .swav,
      SwAVMethod.Options()
    ) { $0.queueLength = 12 }
    expectRefusal(
      .parameter(name: "prototypes", found: "1", expected: "2 … 1000000"), .swav,
      SwAVMethod.Options()
    ) { $0.prototypes = 1 }
    expectRefusal(
      .parameter(name: "noise", found: "0", expected: "1 … 1000000"), .instdisc,
      InstDiscMethod.Options()
    ) { $0.noise = 0 }
    expectRefusal(
      .parameter(name: "bank_capacity", found: "4", expected: "at least the batch size, 8"), .ressl,
      ReSSLMethod.Options()
    ) { $0.bankCapacity = 4 }
    expectRefusal(
      .parameter(name: "lambda", found: "2.0", expected: "0 … 1"), .sce, SCEMethod.Options()
    ) { $0.lambda = 2 }
  }
}
