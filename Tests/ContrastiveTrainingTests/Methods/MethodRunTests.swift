import ContrastiveCore
import Testing

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
    own.frozenEpochs = 1
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
      _ method: MethodName, _ options: Options, _ change: (inout Options) -> Void
    ) {
      var (own, common) = (options, SmallRun.options(method))
      change(&own)
      common.method = own
      #expect(throws: ContrastiveError.self) { try common.validate() }
    }
    expectRefusal(.simclr, SimCLR.Options()) { $0.temperature = 0 }
    expectRefusal(.dcl, DCLMethod.Options()) { $0.tauPlus = 1 }
    expectRefusal(.hcl, HCLMethod.Options()) { $0.beta = -1 }
    expectRefusal(.simsiam, SimSiamMethod.Options()) { $0.predictorDimension = 0 }
    expectRefusal(.byol, BYOLMethod.Options()) { $0.encoderMomentum = 1.5 }
    expectRefusal(.swav, SwAVMethod.Options()) { $0.queueLength = 12 }
    expectRefusal(.swav, SwAVMethod.Options()) { $0.prototypes = 1 }
    expectRefusal(.instdisc, InstDiscMethod.Options()) { $0.noise = 0 }
    expectRefusal(.ressl, ReSSLMethod.Options()) { $0.bankCapacity = 4 }
    expectRefusal(.sce, SCEMethod.Options()) { $0.lambda = 2 }
  }
}
