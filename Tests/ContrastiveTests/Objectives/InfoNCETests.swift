import CLibrary
import Contrastive
import Testing
import _Reference
import _TestSupport

/// What InfoNCE promises beyond the table of objectives.
@Suite struct InfoNCETests {
  enum Form: CaseIterable, Sendable { case bank, inBatch, symmetric }

  /// A batch fitted so well that the loss is all but 0, within 16 ε/temperature of the reference.
  ///
  /// The textbook form has no digit left here. Worst share of the bound seen: 0.02; at temperature
  /// 1 and 257 × 2,049 random rows, 0.47 for a gradient.
  @Test(arguments: [1, 0.5, 0.07, 0.01, 0.005], Form.allCases)
  func keepsItsDigits(_ temperature: Double, _ form: Form) throws {
    for noise: Float in [1e-4, 0.8] {
      let queries = try TestData.embeddings(64, 32, seed: 4)
      let keys = try TestData.near(queries, noise: noise, seed: 5)
      let bank = form == .bank ? try TestData.embeddings(700, 32, seed: 6) : nil
      var wanted = Set(InfoNCE.Variable.allCases)
      if bank == nil { wanted.remove(.bank) }
      let found = try InfoNCE(temperature: temperature, symmetric: form == .symmetric).evaluate(
        queries: queries, keys: keys, bank: bank, gradients: wanted)
      let expected = referenceInfoNCE(
        queries: queries.doubles, keys: keys.doubles, bank: bank?.doubles,
        temperature: temperature, symmetric: form == .symmetric)
      let bound = 16 * 0x1p-23 / temperature
      #expect(relativeError(found.loss, expected.loss) <= bound)
      for variable in wanted {
        let gradient = try #require(found[variable])
        let reference = try #require(expected.gradients[variable.rawValue])
        #expect(worstError(gradient, reference) <= bound, "\(variable)")
      }
      let slope = found[.temperature]
      let reference = try #require(expected.temperatureGradient)
      #expect(relativeError(slope, reference) <= bound, "temperature")
    }
  }

  @Test func oneColumnOnlyIsZero() throws {
    let row = try TestData.embeddings(1, 8, seed: 13)
    let result = try InfoNCE().evaluate(
      queries: row, keys: row, gradients: [.queries, .keys])
    #expect(result.loss == 0)
    #expect(result[.queries] == Matrix(zeros: 1, by: 8))
    #expect(result[.keys] == Matrix(zeros: 1, by: 8))
    #expect(result[.temperature] == 0)
  }

  /// Closed form: keys equal to the queries, bank orthogonal to them: log(1 + K
  /// e^(−1/temperature)).
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

  /// Two tiles with their factors and 15 spare accumulators of the queries' size.
  ///
  /// The bank is cut into 16 chunks so that 16 workers have work. There are 48 at most, however
  /// long the bank, and fewer where there are more blocks of queries. `ScratchTests` measures that
  /// no more is taken than is stated.
  @Test func scratchIsAsStated() throws {
    let workers = try Workers(count: 2)
    let stated = try InfoNCE().scratchBytes(
      for: ProblemShape(rows: 256, columns: 16_384, dimension: 16), workers: workers)
    #expect(stated == 4 * (2 * 256 * 513 + 15 * 256 * 16))
  }
}
