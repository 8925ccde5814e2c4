import ContrastiveCore
import Testing
import _Reference

import Contrastive
import ContrastiveTraining

/// Second steps of methods with a queue, whose bank then holds the batch's own stale keys.
@Suite struct KeyQueueTests {
  private let square = (height: 5, width: 4)

  /// The method after a step that fills its bank, from a momentum encoder that stays.
  private func filled<Options: MethodOptions>(
    _ options: Options, _ example: StepCase
  ) throws -> any TrainingMethod {
    var (method, online) = (try options.makeMethod(example.start), example.online)
    _ = try method.step(example.batch, online: &online, workers: .one)
    return method
  }

  private func moCo(_ own: OwnEntries) -> MoCo.Options {
    var options = MoCo.Options()
    (options.encoderMomentum, options.bankCapacity, options.ownKeys) = (1, 6, own)
    return options
  }

  @Test(arguments: OwnEntries.allCases) func staleKeys(_ own: OwnEntries) throws {
    let example = try StepCase(.moco, sizes: [square, square])
    let theta = example.online.network.parameters.values.map(Double.init)
    let keys = StepCase.unit(example.projections(theta, of: [1]))
    let error = try example.check(try filled(moCo(own), example)) { theta, _ in
      let queries = StepCase.unit(example.projections(theta, of: [0]))
      var loss = 0.0
      for (row, query) in queries.enumerated() {
        let logits = keys.map { dot(query, $0) / 0.1 }
        // The bank's key of the image equals its key of this step, and both are positives or
        // neither.
        let columns = own == .exclude ? logits : logits + [logits[row]]
        loss += logSumExp(columns) - logits[row]
      }
      return loss / Double(queries.count)
    }
    // Worst seen: 3.6e-6.
    #expect(error < 1e-4)
  }

  /// Without mixes MoCHi is momentum contrast, and with the whole bank as its ring CNS is.
  @Test func descendants() throws {
    let example = try StepCase(.moco, sizes: [square, square])
    var mochi = MoCHiMethod.Options()
    (mochi.encoderMomentum, mochi.bankCapacity, mochi.mixingEpoch) = (1, 6, 0)
    (mochi.mixedPairs, mochi.mixedQueries) = (0, 0)
    var cns = CNSMethod.Options()
    (cns.encoderMomentum, cns.bankCapacity, cns.annealEpochs) = (1, 6, 0)
    (cns.outer, cns.inner) = (1, 0)
    func loss<Options: MethodOptions>(_ options: Options) throws -> Double {
      var (method, online) = (try filled(options, example), example.online)
      return try method.step(example.batch, online: &online, workers: .one).loss
    }
    let expected = try loss(moCo(.exclude))
    #expect(abs(try loss(mochi) - expected) < 1e-5)
    #expect(abs(try loss(cns) - expected) < 1e-5)
    mochi.mixedPairs = 4
    #expect(try loss(mochi) > expected + 1e-3)
    cns.inner = 0.5
    #expect(try loss(cns) < expected - 1e-3)
    // Draws with replacement: more of them weigh more.
    (cns.inner, cns.ringDraws) = (0, 100)
    #expect(try loss(cns) > expected + 0.5)
  }

  /// The prototypes of the E-step, by their places in the state, in the loss by its definition.
  @Test func prototypes() throws {
    let example = try StepCase(.pcl, sizes: [square, square])
    var options = PCL.Options()
    (options.encoderMomentum, options.bankCapacity) = (1, 6)
    (options.warmupClusterEpochs, options.clusters) = (0, [2, 3])
    var method = try filled(options, example)
    let shape = example.online.inputShape
    var random = CounterRandom(seed: 4)
    let bytes = (0..<(6 * shape.count)).map { _ in UInt8(random.index(below: 256)) }
    try method.begin(
      EpochStart(
        epoch: 0, epochs: 1, step: 0, steps: 10, seed: 1, images: Pixels(bytes, shape: shape),
        scaling: PixelScaling(mean: [0.5, 0.5], deviation: [0.3, 0.3])),
      online: example.online, workers: .one)
    var (saved, copy) = (StateExchange(), method)
    try copy.exchange(&saved)
    let clusterings = try (0..<2).map { index -> ReferencePrototypes in
      func values<Element: StateElement>(_ name: String, _ type: Element.Type) throws -> [Element] {
        let tensor = try #require(saved.tensors["clusterings.\(index).\(name)"])
        return try #require(Element.values(tensor.elements))
      }
      let (centroids, own) = (
        try values("centroids", Float.self).map(Double.init), try values("assignments", Int.self)
      )
      let count = centroids.count / 3
      return ReferencePrototypes(
        centroids: StepCase.unit((0..<count).map { Array(centroids[($0 * 3)..<($0 * 3 + 3)]) }),
        concentrations: try values("concentrations", Float.self).map(Double.init),
        assignments: own, negatives: (0..<count).filter { !own.contains($0) })
    }
    let theta = example.online.network.parameters.values.map(Double.init)
    let keys = StepCase.unit(example.projections(theta, of: [1]))
    let error = try example.check(method) { theta, _ in
      let queries = StepCase.unit(example.projections(theta, of: [0]))
      func loss(_ keys: Rows, _ clusterings: [ReferencePrototypes]) -> Double {
        referenceProtoNCE(
          queries: queries, keys: keys, bank: keys, clusterings: clusterings, temperature: 0.1,
          masksDuplicates: true
        ).loss
      }
      var instance = 0.0
      for (row, query) in queries.enumerated() {
        let logits = keys.map { dot(query, $0) / 0.1 }
        instance += (logSumExp(logits) - logits[row]) / Double(queries.count)
      }
      return instance + loss(keys, clusterings) - loss(keys, [])
    }
    // Worst seen: 7.6e-7.
    #expect(error < 1e-4)
  }
}
