import Contrastive
import ContrastiveFiles
import Foundation
import Testing
import _Reference
import _TestSupport

/// Losses in 16 bits: what is certified holds, and what cannot be had is refused.
@Suite struct PrecisionTests {
  /// Awkward sizes, and around tiles and blocks of pairs.
  static let sizes = [1, 3, 17, 131, 257, 385, 513]

  @Test(arguments: Row.all, sizes) func staysWithinItsBound(_ row: Row, _ size: Int) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      guard size >= entry.smallestSize, Entry.Objective.precisions.contains(.int16) else { return }
      let temperatures: [Double] = size > 200 ? [0.07, 0.005] : [1, 0.2, 0.07, 0.01, 0.005]
      for (form, problem) in try entry.problems(size: size, seed: 1).enumerated() {
        for temperature in temperatures {
          try entry.expectBound(
            entry.at(temperature, problem), "form \(form) at \(temperature)")
        }
      }
    }
    try check(row.entry)
  }

  /// Rows of any length, of one and the same set.
  @Test(
    arguments: [InfoNCEEntry.self, NTXentEntry.self, SCEEntry.self, ReSSLEntry.self]
      as [any ObjectiveEntry.Type])
  func holdsForRowsOfAnyLength(_ entry: any ObjectiveEntry.Type) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      for (length, temperature) in [
        (30.0, 100.0), (1e-3, 1e-5), (1e-12, 0.1), (1e4, 1e6), (3e-29, 0.1),
      ] {
        for var problem in try entry.problems(size: 33, seed: 3) {
          problem.tensors = try problem.tensors.mapValues { tensor in
            guard case .float32(let values) = tensor.elements else { return tensor }
            let dimension = tensor.shape.last ?? 1
            return try Tensor(
              shape: tensor.shape,
              elements: .float32(
                values.enumerated().map { place, value in
                  value * Float(length) * Float(1 + place / dimension % 9)
                }))
          }
          try entry.expectBound(entry.at(temperature, problem), "\(length) at \(temperature)")
        }
      }
    }
    try check(entry)
  }

  /// Two positives with shares of their own, and a negative so far off that it does not push: the
  /// key's gradient is (q − t) / temperature · query, q the softmax over the positives.
  @Test func holdsWhereOnlyPositivesPull() throws {
    let queries = try TestData.embeddings(1, 16, seed: 1)
    let keys = try TestData.near(queries, noise: 0.1, seed: 2)
    let bank = try TestData.near(queries, noise: 0.1, seed: 3)
      .stacked(on: Matrix(rows: 1, columns: 16, values: queries.values.map { -$0 }))
    let (temperature, share) = (0.02, Double(Float(0.3)))
    let pairs = try PairTerms(
      rows: 1, columns: 2, pairs: [.init(row: 0, column: 0, weight: 1, target: share)])
    let found = try InfoNCE(temperature: temperature, negatives: Negatives(pairs: pairs)).evaluate(
      (queries, keys, bank), gradients: [.keys], precision: .int16)
    let logits = [queries.dot(0, with: keys, 0), queries.dot(0, with: bank, 0)]
      .map { $0 / temperature }
    let pull = (1 / (1 + exp(logits[1] - logits[0])) - (1 - share)) / temperature
    let gradient = try #require(found[.keys])
    let worst = zip(gradient.values, queries.values).reduce(0) {
      max($0, abs(Double($1.0) - pull * Double($1.1)))
    }
    #expect(abs(pull) > 1 && worst > 0)
    #expect(worst <= (try #require(found.errorBound(of: .keys))), "\(worst)")
  }

  /// Golden cases at the temperatures that the methods have: within what is certified, the loss
  /// within 1e-4 of itself (worst 3.9e-5) and gradients within 2e-4 of the largest element.
  @Test(arguments: Row.all) func agreesWithGoldenCases(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      let files = try #require(
        Bundle.module.urls(forResourcesWithExtension: "safetensors", subdirectory: "Golden"))
      for url in files.map({ $0 as URL }) {
        let file = try SafetensorsFile(path: url.path)
        guard file.metadata["method"] == entry.name else { continue }
        let problem = Problem(golden: file)
        guard Entry.Objective.precisions.contains(.int16) else {
          #expect(
            throws: ContrastiveError.parameter(
              name: "precision", found: "int16 for \(Entry.Objective.self)", expected: "float32")
          ) { _ = try entry.evaluateInShort(problem) }
          continue
        }
        guard let found = try entry.evaluateInShort(problem) else { continue }
        let expected = try ReferenceInputs(file.tensors)
        let loss = expected["expected.loss"][0][0]
        let bound = try #require(found.errorBound)
        #expect(abs(found.loss - loss) <= bound, "\(url.lastPathComponent)")
        #expect(relativeError(found.loss, loss) <= 1e-4, "\(url.lastPathComponent)")
        for (variable, gradient) in found.gradients {
          guard let reference = expected.rows["expected.gradient.\(variable.rawValue)"],
            problem.options["normalize"] == nil
          else { continue }
          let name = "\(url.lastPathComponent) \(variable.rawValue)"
          #expect(worstError(gradient, reference) <= 2e-4, "\(name)")
          let certified = found.errorBound(of: variable) ?? .infinity
          let worst = zip(gradient.values, reference.joined()).map { abs(Double($0) - $1) }.max()
          #expect(worst ?? 0 <= certified, "\(name)")
        }
      }
    }
    try check(row.entry)
  }

  /// Where thousands of columns share a row's mass their errors cancel: the loss within 1e-6 of
  /// that in Float32, the queries' gradient within 1e-4 of its largest element (worst 5.7e-5).
  @Test func errorsCancelOverABank() throws {
    let queries = try TestData.embeddings(64, 128, seed: 1)
    let keys = try TestData.embeddings(64, 128, seed: 2)
    let bank = try TestData.embeddings(8_192, 128, seed: 3)
    let plain = try InfoNCE().evaluate(queries: queries, keys: keys, bank: bank)
    let short = try InfoNCE().evaluate(
      (queries, keys, bank), gradients: [.queries], precision: .int16)
    #expect(relativeError(short.loss, plain.loss) <= 1e-6)
    let (found, expected) = (try #require(short[.queries]), try #require(plain[.queries]))
    #expect(worstError(found.values, expected.values.map(Double.init)) <= 1e-4)
  }

  @Test(arguments: Row.all) func sameBitsForAnyThreads(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      guard Entry.Objective.precisions.contains(.int16) else { return }
      for problem in try entry.problems(size: 700, seed: 5) {
        let results = try [1, 2, 3, 7].map {
          try entry.evaluateInShort(problem, workers: Workers(count: $0))
        }
        for result in results.dropFirst() {
          #expect(result?.losses == results[0]?.losses)
          #expect(result?.gradients == results[0]?.gradients)
          #expect(result?.errorBound == results[0]?.errorBound)
        }
      }
    }
    try check(row.entry)
  }

  /// A bank that was encoded before gives the bits of one that was not, in 16 bits and in Float32,
  /// its stale keys left out.
  @Test(arguments: [BankSlots.Precision.single, .half])
  func banksEncodedBefore(_ precision: BankSlots.Precision) throws {
    var queue = try QueueBank(capacity: 300, dimension: 20, precision: precision)
    try queue.enqueue(TestData.embeddings(200, 20, seed: 4), ids: Array(0..<200), step: 0)
    try queue.enqueue(TestData.embeddings(90, 20, seed: 5), ids: Array(100..<190), step: 9)
    let queries = try TestData.embeddings(17, 20, seed: 6)
    let keys = try TestData.near(queries, noise: 0.8, seed: 7)
    let bank = try queue.columns(for: Array(95..<112), olderThan: 5)
    for value in [Precision.int16, .float32] {
      let plain = try InfoNCE().evaluate(
        (queries, keys, bank), gradients: [.queries], precision: value)
      let encoded = try InfoNCE().evaluate(
        (queries, keys, bank.encoded()), gradients: [.queries], precision: value)
      #expect(plain.loss == encoded.loss && plain[.queries] == encoded[.queries])
      #expect(plain.errorBound == encoded.errorBound)
    }
    let bad = try Matrix(rows: 2, columns: 1, values: [0, .nan])
    #expect(
      throws: ContrastiveError.nonFinite(argument: "bank", row: 1, column: 0, found: "nan")
    ) { _ = try bad.encoded() }
  }

  /// Codes that a bank keeps follow what is written: the bits are those of a bank that keeps none.
  @Test(arguments: [BankSlots.Precision.single, .half])
  func codesFollowABank(_ precision: BankSlots.Precision) throws {
    let queries = try TestData.embeddings(17, 20, seed: 6)
    let keys = try TestData.near(queries, noise: 0.8, seed: 7)
    func evaluate(_ bank: some Bank) throws -> Evaluation<InfoNCE> {
      try InfoNCE().evaluate((queries, keys, bank), gradients: [.queries], precision: .int16)
    }
    func check(_ kept: some Bank, _ plain: some Bank) throws {
      let (found, expected) = (try evaluate(kept), try evaluate(plain))
      #expect(found.losses == expected.losses && found[.queries] == expected[.queries])
      #expect(found.errorBound == expected.errorBound)
    }
    var queue = try QueueBank(
      capacity: 100, dimension: 20, precision: precision, products: .int16)
    var plain = try QueueBank(capacity: 100, dimension: 20, precision: precision)
    // Batches that do not fill it, end at its end, wrap around, and are larger than it is.
    for (seed, size) in [33, 67, 1, 40, 80, 100, 250, 3].enumerated() {
      let before = (queue, plain)
      let batch = try TestData.embeddings(size, 20, seed: UInt64(seed + 20))
      try queue.enqueue(batch)
      try plain.enqueue(batch)
      #expect(queue == plain)
      try check(queue, plain)
      // A snapshot keeps what it had.
      if !before.0.isEmpty { try check(before.0, before.1) }
    }
    #expect((queue.bankColumns.operand.codes != nil) && plain.bankColumns.operand.codes == nil)
    let saved = queue.slots
    let restored = try QueueBank(
      slots: BankSlots(
        dimension: 20, elements: saved.elements, ids: saved.ids, labels: saved.labels,
        steps: saved.steps, products: .int16), nextSlot: queue.nextSlot,
      lastStep: queue.lastStep)
    #expect(restored.bankColumns.operand.codes != nil)
    try check(restored, plain)
    queue.removeAll()
    plain.removeAll()
    try queue.enqueue(TestData.embeddings(100, 20, seed: 90))
    try plain.enqueue(TestData.embeddings(100, 20, seed: 90))
    #expect(queue.bankColumns.operand.codes != nil)
    try check(queue, plain)

    var samples = try SampleBank(
      samples: 50, dimension: 20, precision: precision, products: .int16)
    var plainSamples = try SampleBank(samples: 50, dimension: 20, precision: precision)
    for (seed, ids) in [[3, 49, 3], Array(0..<50), [7], [8, 12, 7]].enumerated() {
      let batch = try TestData.embeddings(ids.count, 20, seed: UInt64(seed + 40))
      try samples.update(batch, ids: ids)
      try plainSamples.update(batch, ids: ids)
      try check(samples, plainSamples)
    }
  }

  /// Half precision is encoded as it is, faults are named, Float32 has no bound.
  @Test func banks() throws {
    let queries = try TestData.embeddings(9, 20, seed: 1)
    let keys = try TestData.near(queries, noise: 0.8, seed: 2)
    let half = try HalfMatrix(rounding: TestData.embeddings(1_500, 20, seed: 3))
    let objective = try InfoNCE()
    let found = try objective.evaluate(
      (queries, keys, half), gradients: [.queries], precision: .int16)
    let wide = try objective.evaluate(
      (queries, keys, half.widened), gradients: [.queries], precision: .int16)
    #expect(found.losses == wide.losses && found.errorBound == wide.errorBound)
    let plain = try objective.evaluate(queries: queries, keys: keys, bank: half)
    #expect(plain.errorBound == nil && plain.errorBound(of: .queries) == nil)
    var values = Array(half.widened.values)
    values[41] = .infinity
    let broken = try Matrix(rows: 1_500, columns: 20, values: values)
    #expect(
      throws: ContrastiveError.nonFinite(argument: "bank", row: 2, column: 1, found: "inf")
    ) {
      try objective.evaluate((queries, keys, broken), gradients: [.queries], precision: .int16)
    }
  }
}

extension ObjectiveEntry {
  /// Value and gradients in 16 bits; nil for a form that says it has none.
  static func evaluateInShort(
    _ problem: Problem, workers: Workers = .all
  ) throws -> Evaluation<Objective>? {
    let (objective, tensors) = try open(problem)
    do {
      return try objective.evaluate(
        inputs(tensors), gradients: variables(problem), precision: .int16, workers: workers)
    } catch let error as ContrastiveError {
      guard
        [
          .parameter(
            name: "precision", found: "int16 with a ring that is not sampled", expected: "float32"),
          .parameter(name: "precision", found: "int16 with noise", expected: "float32"),
        ].contains(error), ["cns", "instdisc"].contains(name)
      else { throw error }
      return nil
    }
  }

  /// Expects the loss and the gradients to be within what is certified of them.
  static func expectBound(_ problem: Problem, _ comment: Comment) throws {
    guard let found = try evaluateInShort(problem) else { return }
    let expected = try reference(problem)
    let bound = try #require(found.errorBound, comment)
    #expect(abs(found.loss - expected.loss) <= bound + 1e-12, comment)
    #expect(bound.isFinite, comment)
    for variable in variables(problem) {
      let gradient = try #require(found[variable], comment)
      let reference = try #require(expected.gradients[variable.rawValue])
      #expect(gradient.values.allSatisfy { $0.isFinite }, comment)
      guard let bound = found.errorBound(of: variable) else { continue }
      let worst = zip(gradient.values, reference.joined()).reduce(0) {
        max($0, abs(Double($1.0) - $1.1))
      }
      #expect(worst <= bound + 1e-30, "\(comment) \(variable.rawValue)")
    }
  }
}
