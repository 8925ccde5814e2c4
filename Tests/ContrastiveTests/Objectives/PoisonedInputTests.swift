import Contrastive
import Testing
import _TestSupport

/// An operation on embeddings of 12 rows and 4 columns.
struct EmbeddingOperation: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let run: @Sendable (Matrix) throws -> Void

  init(_ name: String, _ run: @escaping @Sendable (Matrix) throws -> Void) {
    testDescription = name
    self.run = run
  }

  static let labels = (0..<12).map { $0 % 3 }

  static func good() throws -> Matrix { try TestData.embeddings(12, 4, seed: 3) }

  static let all: [EmbeddingOperation] = [
    .init("normalization") { _ = try $0.normalized() },
    .init("queue bank") { poisoned in
      var bank = try QueueBank(capacity: 20, dimension: 4)
      try bank.enqueue(good(), ids: Array(0..<12))
      try unchanged(&bank) { bank throws in try bank.enqueue(poisoned, ids: Array(0..<12)) }
    },
    .init("queue bank in half precision") { poisoned in
      var bank = try QueueBank(capacity: 20, dimension: 4, precision: .half)
      try unchanged(&bank) { bank throws in try bank.enqueue(poisoned) }
    },
    .init("sample bank") { poisoned in
      var bank = try SampleBank(samples: 12, dimension: 4)
      try bank.update(good(), ids: Array(0..<12))
      try unchanged(&bank) { bank throws in try bank.update(poisoned, ids: Array(0..<12)) }
    },
    .init("k-means") { _ = try KMeans().fit($0, clusters: 3) },
    .init("spherical k-means") { _ = try KMeans(metric: .spherical).fit($0, clusters: 3) },
    .init("hierarchical k-means") {
      _ = try HierarchicalKMeans($0, clusters: [4, 2], options: KMeans())
    },
    .init("nearest neighbors, queries") {
      _ = try NeighborTable(nearestTo: $0, in: good(), k: 3)
    },
    .init("nearest neighbors, bank") {
      _ = try NeighborTable(nearestTo: good(), in: $0, k: 3)
    },
    .init("neighbor graph") { _ = try NeighborTable(graphOf: $0, k: 3) },
    .init("Sinkhorn") { _ = try Sinkhorn().codes($0) },
    .init("kNN classifier, queries") {
      _ = try WeightedKNN(k: 3).classify($0, bank: good(), labels: labels)
    },
    .init("kNN classifier, bank") {
      _ = try WeightedKNN(k: 3).classify(good(), bank: $0, labels: labels)
    },
    .init("ridge probe") { _ = try RidgeProbe().fit($0, labels: labels) },
    .init("logistic probe") { _ = try LogisticProbe().fit($0, labels: labels) },
    .init("linear classifier") {
      _ = try RidgeProbe().fit(good(), labels: labels).classify($0)
    },
    .init("alignment") { _ = try Alignment().value(good(), $0) },
    .init("alignment of classes") { _ = try Alignment.ofClasses($0, labels: labels) },
    .init("uniformity") { _ = try Uniformity().value(of: $0) },
    .init("spectrum") { _ = try Spectrum(of: $0) },
    .init("collapse") { _ = try Collapse(of: $0) },
    .init("InfoNCE, queries") { _ = try InfoNCE().evaluate(queries: $0, keys: good()) },
    .init("InfoNCE, keys") { _ = try InfoNCE().evaluate(queries: good(), keys: $0) },
    .init("InfoNCE, bank") {
      _ = try InfoNCE().evaluate(queries: good(), keys: good(), bank: $0)
    },
  ]

  private static func unchanged<Bank: MemoryBank & Equatable>(
    _ bank: inout Bank, _ body: (inout Bank) throws -> Void
  ) throws {
    let before = bank
    do {
      try body(&bank)
    } catch {
      #expect(bank == before)
      throw error
    }
  }
}

/// NaN, infinity, subnormal, zero row and a row of 1e30, each at the first, a middle and the last
/// place, in everything that takes embeddings. (The objectives' own table is in `ObjectiveTests`.)
@Suite struct PoisonedInputTests {
  static let places = [(row: 0, column: 0), (row: 5, column: 2), (row: 11, column: 3)]

  private func outcome(_ operation: EmbeddingOperation, _ matrix: Matrix) -> ContrastiveError? {
    let before = Array(matrix.values)
    defer { #expect(Array(matrix.values).map(\.bitPattern) == before.map(\.bitPattern)) }
    do {
      try operation.run(matrix)
      return nil
    } catch let error as ContrastiveError {
      return error
    } catch {
      Issue.record("\(operation.testDescription): \(error)")
      return nil
    }
  }

  @Test(arguments: EmbeddingOperation.all) func isNamed(_ operation: EmbeddingOperation) throws {
    for (row, column) in Self.places {
      for value in [Float.nan, .infinity, -.infinity] {
        var matrix = try EmbeddingOperation.good()
        matrix[row, column] = value
        guard case .nonFinite(_, row, column, _)? = outcome(operation, matrix) else {
          let found = outcome(operation, matrix).map { "\($0)" } ?? "no error"
          Issue.record("\(value) at \(row), \(column): \(found)")
          continue
        }
      }
      try finiteExtremes(operation, row, column)
    }
    #expect(outcome(operation, try EmbeddingOperation.good()) == nil)
  }

  /// What is finite is either used or refused by the row's number.
  private func finiteExtremes(
    _ operation: EmbeddingOperation, _ row: Int, _ column: Int
  ) throws {
    var subnormal = try EmbeddingOperation.good()
    subnormal[row, column] = .leastNonzeroMagnitude
    #expect(outcome(operation, subnormal) == nil)

    var (zero, huge) = (try EmbeddingOperation.good(), try EmbeddingOperation.good())
    for column in 0..<4 { (zero[row, column], huge[row, column]) = (0, 1e30) }
    switch outcome(operation, zero) {
    case nil, .zeroNorm(_, row)?: break
    case .some(let other): Issue.record("a zero row \(row): \(other)")
    }
    switch outcome(operation, huge) {
    case nil, .tooLarge(_, row, 0, _, _)?: break
    case .some(let other): Issue.record("a row of 1e30, \(row): \(other)")
    }
  }
}
