import ContrastiveCore
import Testing

import ContrastiveTraining

/// The measure of collapse that methods log.
@Suite struct EmbeddingSpreadTests {
  @Test func byHand() throws {
    func spread(_ values: [Float]) throws -> Double {
      try Matrix(rows: values.count / 2, columns: 2, values: values).unitSpread()
    }
    #expect(try spread([1, 0, 1, 0]) == 0)
    #expect(try spread([1, 0, -1, 0, 0, 1, 0, -1]) == 1)
    // The mean of a right angle is half as long squared.
    #expect(try abs(spread([1, 0, 0, 1]) - 0.5.squareRoot()) < 1e-12)
  }
}
