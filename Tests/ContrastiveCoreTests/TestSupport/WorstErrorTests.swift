import ContrastiveCore
import Testing
import _TestSupport

/// What all comparisons stand on: nothing missing, empty or not a number passes.
@Suite struct WorstErrorTests {
  @Test func isRelativeToTheLargestMagnitude() {
    #expect(worstError([1, -4] as [Float], [1.5, -4]) == 0.125)
    #expect(worstError([0] as [Double], [0]) == 0)
    #expect(worstError([0] as [Double], [1e-31]) == 0)
    #expect(relativeError(3, 2) == 0.5)
    #expect(worstError([-.infinity, 3] as [Double], [-.infinity, 2]) == 0.5)
  }

  @Test func nothingExpectedIsNoAgreement() {
    #expect(worstError([] as [Float], []) == .infinity)
    #expect(worstError([1] as [Float], []) == .infinity)
    #expect(worstError(Matrix(zeros: 0, by: 3), []) == .infinity)
    #expect(worstError(Matrix(zeros: 2, by: 3), []) == .infinity)
  }

  @Test func otherShapesDoNotAgree() {
    let matrix = Matrix(zeros: 2, by: 3)
    #expect(worstError([1, 2] as [Float], [1]) == .infinity)
    #expect(worstError(matrix, [[0, 0, 0]]) == .infinity)
    #expect(worstError(matrix, [[0, 0], [0, 0]]) == .infinity)
    #expect(worstError(matrix, [[0, 0, 0], [0, 0, 0]]) == 0)
  }

  @Test(arguments: [Double.nan, .infinity]) func noNumberAgreesWithNaN(_ value: Double) {
    #expect(worstError([.nan] as [Double], [value]) == .infinity)
    #expect(worstError([value], [1]) == .infinity)
    #expect(relativeError(1, .nan) == .infinity)
  }

  /// The failure says how far off it is.
  @Test func expectCloseFails() {
    withKnownIssue {
      expectClose([1] as [Double], [2], within: 0.4)
    } matching: {
      $0.comments.contains { $0.rawValue.contains("worst error 0.5") }
    }
    withKnownIssue { expectClose([] as [Double], [], within: 1) }
    expectClose([1] as [Double], [2], within: 0.5)
  }
}
