import Contrastive
import Glibc
import Testing
import _Reference

/// InfoNCE in its three forms, against the Double reference.
@Suite struct InfoNCETests {
  enum Form: CaseIterable, Sendable { case bank, inBatch, symmetric }

  static let epsilon = 0x1p-23

  /// A form, a number of queries and of bank rows, a temperature.
  struct Case: Sendable, CustomTestStringConvertible {
    let form: Form
    let queries: Int
    let bank: Int
    let temperature: Float
    var testDescription: String { "\(form) \(queries) × \(bank) at \(temperature)" }
  }

  static let cases: [Case] = {
    let shapes = [
      (1, 1), (2, 3), (3, 17), (17, 130), (130, 511), (255, 512), (256, 513), (257, 2_049),
      (5, 4_099),
    ]
    var cases: [Case] = []
    for form in Form.allCases {
      for (queries, bank) in shapes {
        for temperature: Float in [1, 0.5, 0.07, 0.01, 0.005] {
          cases.append(
            Case(form: form, queries: queries, bank: bank, temperature: temperature))
        }
      }
    }
    return cases
  }()

  /// Within 16 ε/temperature of the reference.
  ///
  /// Worst share of that bound seen: 0.02 for the loss and the temperature's slope, 0.39 for a
  /// gradient (at temperature 1).
  @Test(arguments: cases) func agreesWithReference(_ test: Case) throws {
    let queries = try TestData.embeddings(test.queries, 24, seed: 1)
    let keys = try TestData.near(queries, noise: 0.8, seed: 2)
    let bank = test.form == .bank ? try TestData.embeddings(test.bank, 24, seed: 3) : nil
    try compare(queries, keys, bank, test, bound: 16 * Self.epsilon / Double(test.temperature))
  }

  /// A batch fitted so well that the loss is all but 0.
  ///
  /// The textbook form has no digit left here. Worst share of the bound seen: 0.02.
  @Test(arguments: [0.5, 0.07, 0.01, 0.005] as [Float], Form.allCases)
  func keepsItsDigitsWhenFitted(_ temperature: Float, _ form: Form) throws {
    let queries = try TestData.embeddings(64, 32, seed: 4)
    let keys = try TestData.near(queries, noise: 1e-4, seed: 5)
    let bank = form == .bank ? try TestData.embeddings(700, 32, seed: 6) : nil
    let test = Case(form: form, queries: 64, bank: 700, temperature: temperature)
    try compare(queries, keys, bank, test, bound: 16 * Self.epsilon / Double(temperature))
  }

  private func compare(
    _ queries: Matrix, _ keys: Matrix, _ bank: Matrix?, _ test: Case, bound: Double
  ) throws {
    let objective = try InfoNCE(temperature: test.temperature, symmetric: test.form == .symmetric)
    var wanted = Set(InfoNCE.Variable.allCases)
    if bank == nil { wanted.remove(.bank) }
    let found = try objective.evaluate(
      queries: queries, keys: keys, bank: bank, gradients: wanted)
    let expected = referenceInfoNCE(
      queries: queries.doubles, keys: keys.doubles, bank: bank?.doubles,
      temperature: Double(test.temperature), symmetric: test.form == .symmetric)
    #expect(relativeError(found.loss, expected.loss) <= bound)
    for variable in wanted where variable != .temperature {
      let gradient = try #require(found[variable])
      let reference = try #require(expected.gradients[variable.rawValue])
      #expect(worstError(gradient, reference) <= bound, "\(variable)")
    }
    let slope = try #require(found.temperatureGradient)
    #expect(relativeError(slope, expected.temperatureGradient) <= bound, "temperature")
  }

  /// Worst difference seen: 4e-10 of the largest element.
  @Test(arguments: Form.allCases, [0.5, 0.07]) func referenceAgreesWithCentralDifferences(
    _ form: Form, _ temperature: Double
  ) throws {
    let queries = try TestData.embeddings(5, 6, seed: 7).doubles
    let keys = try TestData.embeddings(5, 6, seed: 8).doubles
    let bank = form == .bank ? try TestData.embeddings(11, 6, seed: 9).doubles : nil
    let loss = { (q: Rows, k: Rows, b: Rows?, t: Double) in
      referenceInfoNCE(
        queries: q, keys: k, bank: b, temperature: t, symmetric: form == .symmetric
      ).loss
    }
    let analytic = referenceInfoNCE(
      queries: queries, keys: keys, bank: bank, temperature: temperature,
      symmetric: form == .symmetric)
    expectDerivative(analytic.gradients["queries"], at: queries) {
      loss($0, keys, bank, temperature)
    }
    expectDerivative(analytic.gradients["keys"], at: keys) { loss(queries, $0, bank, temperature) }
    if let bank {
      expectDerivative(analytic.gradients["bank"], at: bank) {
        loss(queries, keys, $0, temperature)
      }
    }
    expectDerivative([[analytic.temperatureGradient]], at: [[temperature]]) {
      loss(queries, keys, bank, $0[0][0])
    }
  }

  @Test(arguments: Form.allCases) func sameBitsForAnyNumberOfThreads(_ form: Form) throws {
    let queries = try TestData.embeddings(300, 40, seed: 10)
    let keys = try TestData.near(queries, noise: 1, seed: 11)
    let bank = form == .bank ? try TestData.embeddings(9_001, 40, seed: 12) : nil
    var wanted = Set(InfoNCE.Variable.allCases)
    if bank == nil { wanted.remove(.bank) }
    let objective = try InfoNCE(symmetric: form == .symmetric)
    let results = try [1, 2, 3, 4, 7].map {
      try objective.evaluate(
        queries: queries, keys: keys, bank: bank, gradients: wanted,
        workers: Workers(count: $0))
    }
    for result in results.dropFirst() {
      #expect(result.loss == results[0].loss)
      #expect(result.gradients == results[0].gradients)
      #expect(result.temperatureGradient == results[0].temperatureGradient)
    }
  }

  @Test func oneColumnOnlyIsZero() throws {
    let row = try TestData.embeddings(1, 8, seed: 13)
    let result = try InfoNCE().evaluate(
      queries: row, keys: row, gradients: [.queries, .keys, .temperature])
    #expect(result.loss == 0)
    #expect(result[.queries] == Matrix(zeros: 1, by: 8))
    #expect(result[.keys] == Matrix(zeros: 1, by: 8))
    #expect(result.temperatureGradient == 0)
  }

  /// Closed form: keys equal to the queries, bank orthogonal to them: log(1 + K e^(−1/temperature)).
  @Test func orthogonalBank() throws {
    let query = try Matrix(rows: 1, columns: 2, values: [1, 0])
    let bank = try Matrix(rows: 3, columns: 2, values: [0, 1, 0, 1, 0, -1])
    let found = try InfoNCE(temperature: 0.5).evaluate(queries: query, keys: query, bank: bank)
    #expect(abs(found.loss - log(1 + 3 * exp(-2.0))) < 1e-7)
  }

  /// Norms up to 1e18 stay finite.
  @Test func hugeRows() throws {
    var queries = try TestData.embeddings(4, 8, seed: 14)
    queries.withUnsafeMutableBufferPointer { for i in $0.indices { $0[i] *= 9e17 } }
    let result = try InfoNCE(temperature: 0.001).evaluate(
      queries: queries, keys: queries, bank: queries, gradients: [.queries, .keys, .bank])
    #expect(result.loss.isFinite)
    #expect(result[.queries]?.values.allSatisfy(\.isFinite) == true)
    #expect(result[.bank]?.values.allSatisfy(\.isFinite) == true)
  }
}
