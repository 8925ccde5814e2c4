import Contrastive
import Testing
import _Reference
import _TestSupport

struct SinkhornTests {
  @Test(
    arguments: [(1, 1), (5, 3), (64, 17), (65, 33), (200, 100), (500, 3)],
    [0.05, 0.005, 0.001] as [Float])
  func agreesWithTheDefinition(_ shape: (Int, Int), epsilon: Float) throws {
    let scores = try TestData.matrix(shape.0, shape.1, seed: 1)
    for iterations in [0, 1, 2, 3, 10, 60] {
      let codes = try Sinkhorn(epsilon: epsilon, iterations: iterations).codes(scores)
      let expected = referenceSinkhorn(
        scores: scores.doubles, epsilon: Double(epsilon), iterations: iterations)
      // Worst seen 2e-6 of the largest code.
      #expect(worstError(codes, expected) < 1e-5)
    }
  }

  @Test func hugeScoresDoNotOverflow() throws {
    let scores = try Matrix(rows: 2, columns: 2, values: [1e6, -1e6, 1e6, 2e6])
    let codes = try Sinkhorn(epsilon: 1e-6).codes(scores)
    // The second row's codes are 1 : 2 after one iteration and 1 : 6 after three; exponents of 10¹²
    // have four digits after the point.
    for (code, expected) in zip(codes.values, [1, 0, 1 / 7, 6 / 7] as [Float]) {
      #expect(abs(code - expected) < 1e-3)
    }
  }

  @Test func threadsAndRowsChangeNothing() throws {
    let scores = try TestData.embeddings(300, 41, seed: 2)
    let sinkhorn = try Sinkhorn()
    let codes = try sinkhorn.codes(scores, workers: .one)
    for count in [2, 3, 4, 7] {
      #expect(try sinkhorn.codes(scores, workers: Workers(count: count)) == codes)
    }
    #expect(try sinkhorn.codes(scores, rows: 100..<300) == codes.rows(100..<300))
  }

  @Test func badInput() throws {
    #expect(
      throws: ContrastiveError.parameter(name: "epsilon", found: "-1.0", expected: "above 0")
    ) { try Sinkhorn(epsilon: -1) }
    #expect(
      throws: ContrastiveError.parameter(name: "iterations", found: "-1", expected: "0 or more")
    ) { try Sinkhorn(iterations: -1) }
    let sinkhorn = try Sinkhorn()
    #expect(throws: ContrastiveError.empty(argument: "scores")) {
      try sinkhorn.codes(Matrix(zeros: 0, by: 3))
    }
    #expect(
      throws: ContrastiveError.nonFinite(argument: "scores", row: 0, column: 1, found: "nan")
    ) { try sinkhorn.codes(Matrix(rows: 1, columns: 2, values: [0, .nan])) }
  }
}
