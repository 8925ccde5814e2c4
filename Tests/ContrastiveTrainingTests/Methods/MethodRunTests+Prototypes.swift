import ContrastiveCore
import Testing
import _TestSupport

import Contrastive
import ContrastiveTraining

/// The forms of methods with queues, clusterings and graphs that are not the default.
extension MethodRunTests {
  private func options<Options: MethodOptions>(
    _ method: MethodName, _ options: Options, _ change: (inout Options) -> Void
  ) -> TrainingOptions {
    var (own, common) = (options, SmallRun.options(method))
    change(&own)
    common.method = own
    return common
  }

  @Test func pclFromTheBeginning() throws {
    try check(
      options(.pcl, PCL.Options()) {
        $0.warmupClusterEpochs = 0
        $0.clusters = [3, 12, 20]
        $0.negativePrototypes = 2
        $0.masksDuplicates = false
      })
  }

  @Test func hcscAsItsCodeHasIt() throws {
    try check(
      options(.hcsc, HCSCMethod.Options()) {
        $0.warmupClusterEpochs = 0
        $0.clusters = [12, 5, 3]
        $0.bankCapacity = 11
        $0.unselected = .zero
        $0.instanceLevels = .sum
      })
  }

  @Test func hcscWithOneLevelSelectsNoPrototypes() throws {
    try check(
      options(.hcsc, HCSCMethod.Options()) {
        $0.clusters = [7]
        $0.selectsPrototypes = false
      })
  }

  @Test func invPPropagates() throws {
    try check(
      options(.invp, InvPMethod.Options()) {
        $0.propagationEpoch = 1
        $0.background = 17
        $0.positives = 5
        $0.bankRefreshEpochs = 0
      })
  }

  @Test func cnsWithStaticRing() throws {
    try check(
      options(.cns, CNSMethod.Options()) {
        $0.innerMode = .static
        ($0.outer, $0.inner) = (0.3, 0.1)
        $0.annealEpochs = 0.5
      })
  }

  @Test func cnsWithDraws() throws {
    try check(options(.cns, CNSMethod.Options()) { $0.ringDraws = 7 })
  }

  @Test func mochiWithQueueLongerThanTheData() throws {
    try check(
      options(.mochi, MoCHiMethod.Options()) {
        $0.mixingEpoch = 0
        $0.bankCapacity = 60
      })
  }

  /// What HCSC keeps of the bank is what it would find anew.
  @Test func selectionSumsFollowTheBank() throws {
    var run = try TrainingRun(
      options: options(.hcsc, HCSCMethod.Options()) { $0.bankCapacity = 11 },
      data: SmallRun.data(), workers: .one)
    while run.stepsDone < 8 { try run.advance { _ in } }
    var saved = StateExchange()
    try run.exchange(&saved)
    func floats(_ name: String) throws -> [Float] {
      let tensor = try #require(saved.tensors["method.\(name)"])
      return try #require(Float.values(tensor.elements))
    }
    for level in 0..<3 {
      let centroids = try floats("levels.\(level).centroids")
      let selection = try NegativeSelection(
        centroids: Matrix(rows: centroids.count / 5, columns: 5, values: centroids).normalized()
          .rows, concentrations: floats("levels.\(level).concentrations"))
      let bank = try Matrix(rows: 11, columns: 5, values: floats("bank.slots.embeddings"))
      let expected = try selection.logSums(of: bank)
      let found = try floats("bank_sums.\(level)")
      #expect(found.count == 11)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }

  /// After an epoch of learning every image has others as neighbors.
  @Test func invPLearnsItsGraph() throws {
    var run = try TrainingRun(
      options: options(.invp, InvPMethod.Options()) { _ in }, data: SmallRun.data(),
      workers: .one)
    func neighbors() throws -> [Int] {
      var saved = StateExchange()
      try run.exchange(&saved)
      let tensor = try #require(saved.tensors["method.neighbors"])
      return try #require(Int.values(tensor.elements))
    }
    try run.advance { _ in }
    #expect(try neighbors() == (0..<160).map { $0 / 4 })
    _ = try run.train { _ in }
    let found = try neighbors()
    for image in 0..<40 {
      let own = found[(4 * image)..<(4 * image + 4)]
      #expect(!own.contains(image) && Set(own).count == 4)
    }
  }

  @Test func moreClustersThanImagesAreRefusedBeforeTheFirstStep() throws {
    for options in [
      options(.pcl, PCL.Options()) { $0.clusters = [2, 41] },
      options(.hcsc, HCSCMethod.Options()) { $0.clusters = [41, 2] },
    ] {
      #expect(
        throws: ContrastiveError.parameter(
          name: "clusters", found: "41", expected: "1 … 40, the number of images")
      ) {
        try TrainingRun(options: options, data: SmallRun.data(), workers: .one)
      }
    }
  }

  @Test func refusalsOfQueuesAndClusterings() throws {
    func expectRefusal(_ error: ContrastiveError, _ options: TrainingOptions) {
      #expect(throws: error) { try options.validate() }
    }
    expectRefusal(
      .parameter(name: "hardest", found: "0", expected: "1 … 1000000"),
      options(.mochi, MoCHiMethod.Options()) { $0.hardest = 0 })
    expectRefusal(
      .parameter(name: "mixing_epoch", found: "-1", expected: "0 or more"),
      options(.mochi, MoCHiMethod.Options()) { $0.mixingEpoch = -1 })
    expectRefusal(
      .parameter(name: "outer", found: "0.0", expected: "above 0, at most 1"),
      options(.cns, CNSMethod.Options()) { $0.outer = 0 })
    expectRefusal(
      .parameter(name: "inner", found: "1.0", expected: "0 ..< 1.0"),
      options(.cns, CNSMethod.Options()) { $0.inner = 1 })
    expectRefusal(
      .parameter(name: "inner", found: "0.2", expected: "0 ..< 0.1"),
      options(.cns, CNSMethod.Options()) {
        $0.innerMode = .static
        $0.inner = 0.2
      })
    expectRefusal(
      .parameter(name: "clusters", found: "[]", expected: "one or more numbers of at least 1"),
      options(.pcl, PCL.Options()) { $0.clusters = [] })
    expectRefusal(
      .parameter(name: "negative_prototypes", found: "-1", expected: "0 or more"),
      options(.pcl, PCL.Options()) { $0.negativePrototypes = -1 })
    expectRefusal(
      .parameter(
        name: "clusters", found: "[2, 3]",
        expected: "one or more numbers of at least 1 that do not grow"),
      options(.hcsc, HCSCMethod.Options()) { $0.clusters = [2, 3] })
    expectRefusal(
      .parameter(name: "bank_capacity", found: "4", expected: "at least the batch size, 8"),
      options(.hcsc, HCSCMethod.Options()) { $0.bankCapacity = 4 })
    expectRefusal(
      .parameter(name: "background", found: "1", expected: "2 … 1000000000"),
      options(.invp, InvPMethod.Options()) { $0.background = 1 })
    expectRefusal(
      .parameter(name: "bank_momentum", found: "1.0", expected: "0 ..< 1"),
      options(.invp, InvPMethod.Options()) { $0.bankMomentum = 1 })
  }
}
