import Contrastive
import ContrastiveTraining
import Testing
import _TestSupport

/// Rows that differ by rounding alone are one.
@Suite struct DistinctRowsTests {
  @Test func roundingMakesNoDifference() throws {
    let different = try TestData.embeddings(10, 64, seed: 1)
    let noise = TestData.numbers(2_000 * 64, seed: 2)
    let values = (0..<(2_000 * 64)).map { place in
      different[place / 64 % 10, place % 64] + 2e-7 * noise[place]
    }
    let rows = try Matrix(rows: 2_000, columns: 64, values: values)
    #expect(rows.distinctRows(upTo: 33) == 10)
    #expect(rows.distinctRows(upTo: 8) == 8)
    #expect(different.distinctRows(upTo: 33) == 10)
    #expect(Matrix(zeros: 5, by: 3).distinctRows(upTo: 4) == 1)
  }

  /// Many points close together are many points.
  @Test func closeIsNotEqual() throws {
    let noise = TestData.numbers(3_000 * 16, seed: 3)
    let rows = try Matrix(rows: 3_000, columns: 16, values: noise.map { 1 + 1e-3 * $0 })
    #expect(rows.distinctRows(upTo: 3_000) == 3_000)
  }
}
