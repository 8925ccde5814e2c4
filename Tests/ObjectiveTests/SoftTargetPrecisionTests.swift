import Contrastive
import ContrastiveFiles
import Testing
import _Reference
import _TestSupport

/// Students and teachers in 16 bits: each part of what is certified holds, and is needed.
@Suite struct SoftTargetPrecisionTests {
  /// Targets as sharp as temperatures go, shares of the positive from none to all.
  @Test(arguments: [1, 3, 67, 257], [0.3, 0.02, 0.005])
  func staysWithinItsBound(_ size: Int, _ target: Double) throws {
    let known = ["target-temperature": "\(target)"]
    for temperature in ["0.07", "0.005"] {
      let options = known.merging(["temperature": temperature]) { $1 }
      for problem in try ReSSLEntry.problems(size: size, seed: 7) {
        try ReSSLEntry.expectBound(problem.with(options: options), "at \(temperature)")
      }
      for problem in try SCEEntry.problems(size: size, seed: 8) {
        for lambda in ["0", "0.3", "1"] {
          let all = problem.with(options: options).with(options: ["lambda": lambda])
          try SCEEntry.expectBound(all, "\(lambda) at \(temperature)")
        }
      }
    }
  }

  /// The bank holds a near copy of every query: student and teacher agree on one column.
  @Test(arguments: [(0.2, 0.1), (0.07, 0.04), (0.03, 0.05), (0.005, 0.005)])
  func oneColumnDominates(_ temperature: Double, _ target: Double) throws {
    for rows in [1, 5, 300] {
      let queries = try TestData.embeddings(rows, 48, seed: 3)
      let copies = try TestData.near(queries, noise: 0.1, seed: 5)
      let problem = Problem(
        [
          "queries": Tensor(queries),
          "keys": Tensor(try TestData.near(queries, noise: 0.1, seed: 4)),
          "bank": Tensor(try TestData.embeddings(40, 48, seed: 6).stacked(on: copies)),
        ],
        ["temperature": "\(temperature)", "target-temperature": "\(target)"])
      try ReSSLEntry.expectBound(problem, "\(rows)")
      for lambda in ["0", "0.5"] {
        try SCEEntry.expectBound(problem.with(options: ["lambda": lambda]), "\(rows), \(lambda)")
      }
    }
  }

  /// A query v and a key u at right angles, the key so long that the rounding of its similarities
  /// decides between columns: u + v and u − v, or v alone.
  private struct Rounded {
    let query: Matrix
    let key: Matrix
    let short: Matrix
    let bank: Matrix

    init(columns: Int, seed: UInt64) throws {
      let rows = try TestData.embeddings(2, 24, seed: seed)
      let (u, v) = (rows.doubles[0], rows.doubles[1])
      let along = zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }
      let across = zip(u, v).map { $1 - along * $0 }
      func matrix(_ rows: [Double]...) throws -> Matrix {
        try Matrix(rows: rows.count, columns: 24, values: rows.joined().map { Float($0) })
      }
      query = try matrix(across)
      key = try matrix(u.map { 1e4 * $0 })
      short = try matrix(u)
      bank =
        columns == 1
        ? query
        : try matrix(zip(u, across).map { $0 + $1 }, zip(u, across).map { $0 - $1 })
    }

    /// How far loss and gradient are off, over what is certified, and over what is of a short key.
    func errors<O: Objective>(
      _ objective: O, _ expected: ReferenceResult, _ inputs: (_ keys: Matrix) -> O.Inputs
    ) throws -> (loss: (Double, Double), gradient: (Double, Double))
    where O.Variable == QueryVariable {
      let found = try objective.evaluate(inputs(key), gradients: [.queries], precision: .int16)
      let other = try objective.evaluate(inputs(short), gradients: [.queries], precision: .int16)
      let gradient = try #require(found[.queries])
      let reference = try #require(expected.gradients["queries"])
      let worst = zip(gradient.values, reference.joined()).map { abs(Double($0) - $1) }.max() ?? 0
      let loss = abs(found.loss - expected.loss)
      return (
        (loss / (try #require(found.errorBound)), loss / (try #require(other.errorBound))),
        (
          worst / (try #require(found.errorBound(of: .queries))),
          worst / (try #require(other.errorBound(of: .queries)))
        )
      )
    }
  }

  /// What rounding does to a teacher's targets is certified (worst seen 0.10 of it, of the gradient
  /// 0.013), and it is more than what is of a student alone.
  @Test func whatTheTeacherAddsIsNeeded() throws {
    let objective = try ReSSL(temperature: 0.1, targetTemperature: 0.005)
    var (worst, beyond) = ([0.0, 0.0], [0.0, 0.0])
    for seed in 0..<300 as Range<UInt64> {
      let given = try Rounded(columns: 2, seed: seed)
      let expected = referenceReSSL(
        queries: given.query.doubles, keys: given.key.doubles, bank: given.bank.doubles,
        temperature: 0.1, targetTemperature: 0.005)
      let found = try given.errors(objective, expected) { (given.query, $0, given.bank) }
      worst = [max(worst[0], found.loss.0), max(worst[1], found.gradient.0)]
      beyond = [max(beyond[0], found.loss.1), max(beyond[1], found.gradient.1)]
    }
    #expect(worst.allSatisfy { $0 <= 1 } && beyond.allSatisfy { $0 > 1 })
  }

  /// With a positive at logit 0 and one other column rounding decides the target of both: certified
  /// (worst seen 0.013 of it, of the gradient 7e-4), and more than what is of a student.
  @Test func whatThePositivesTargetAddsIsNeeded() throws {
    let objective = try SCE(
      temperature: 0.1, targetTemperature: 0.005, lambda: 0, positiveInTargets: .zero)
    var (worst, beyond) = ([0.0, 0.0], [0.0, 0.0])
    for seed in 0..<300 as Range<UInt64> {
      let given = try Rounded(columns: 1, seed: seed)
      let expected = referenceSCE(
        queries: given.query.doubles, keys: given.key.doubles, bank: given.bank.doubles,
        temperature: 0.1, targetTemperature: 0.005, lambda: 0, zeroForOwn: true)
      let found = try given.errors(objective, expected) { (given.query, $0, given.bank) }
      worst = [max(worst[0], found.loss.0), max(worst[1], found.gradient.0)]
      beyond = [max(beyond[0], found.loss.1), max(beyond[1], found.gradient.1)]
    }
    #expect(worst.allSatisfy { $0 <= 1 } && beyond.allSatisfy { $0 > 1 })
  }

  /// The student at 0.07 against 8,192 rows: the loss within 1e-5 of itself (worst seen 1.3e-7) and
  /// what is certified of it below a thousandth.
  ///
  /// SCE's gradient is within 2e-4 of its largest element (worst seen 5.5e-5). ReSSL's is the
  /// difference of two sums that are alike where keys are near their queries, and what is left has
  /// the codes' errors of both: within 4e-4 (worst seen 3.0e-4).
  @Test func errorsCancelOverABank() throws {
    let queries = try TestData.embeddings(64, 128, seed: 1)
    let keys = try TestData.near(queries, noise: 0.5, seed: 2)
    let bank = try TestData.embeddings(8_192, 128, seed: 3)
    func check<O: Objective>(
      _ found: Evaluation<O>, _ expected: ReferenceResult, within tolerance: Double
    ) throws where O.Variable == QueryVariable {
      let bound = try #require(found.errorBound)
      #expect(relativeError(found.loss, expected.loss) <= 1e-5)
      #expect(abs(found.loss - expected.loss) <= bound && bound <= 1e-3 * found.loss)
      expectClose(
        try #require(found[.queries]), try #require(expected.gradients["queries"]),
        within: tolerance)
    }
    try check(
      SCE(temperature: 0.07).evaluate(
        (queries, keys, bank), gradients: [.queries], precision: .int16),
      referenceSCE(
        queries: queries.doubles, keys: keys.doubles, bank: bank.doubles, temperature: 0.07,
        targetTemperature: 0.05, lambda: 0.5, zeroForOwn: false), within: 2e-4)
    try check(
      ReSSL(temperature: 0.07).evaluate(
        (queries, keys, bank), gradients: [.queries], precision: .int16),
      referenceReSSL(
        queries: queries.doubles, keys: keys.doubles, bank: bank.doubles, temperature: 0.07,
        targetTemperature: 0.04), within: 4e-4)
  }
}
