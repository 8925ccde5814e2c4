import ContrastiveCore
import Testing
import _TestSupport

@Suite struct OperandTests {
  private let operand = Operand("keys", Matrix(zeros: 3, by: 2))

  @Test func shapesAreChecked() throws {
    try operand.requireRows()
    try operand.requireShape(of: Operand("queries", Matrix(zeros: 3, by: 2)))
    try operand.requireDimension(of: Operand("queries", Matrix(zeros: 9, by: 2)))
    #expect(throws: ContrastiveError.empty(argument: "bank")) {
      try Operand("bank", Matrix(zeros: 0, by: 2)).requireRows()
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "bank", found: "[2 × 0]", expected: "a dimension of at least 1")
    ) { try Operand("bank", Matrix(zeros: 2, by: 0)).requireRows() }
    #expect(
      throws: ContrastiveError.shape(
        argument: "keys", found: "[3 × 2]", expected: "[3 × 4], the dimension of queries")
    ) { try operand.requireDimension(of: Operand("queries", Matrix(zeros: 1, by: 4))) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "keys", found: "[3 × 2]", expected: "[4 × 2], the shape of queries")
    ) { try operand.requireShape(of: Operand("queries", Matrix(zeros: 4, by: 2))) }
  }

  @Test(arguments: [0, 70_000, 199_999]) func theFirstFaultIsFound(_ position: Int) throws {
    var values = [Float](repeating: 1, count: 200_000)
    values[position] = .nan
    values[199_999] = .nan
    let operand = Operand("x", try Matrix(rows: 50_000, columns: 4, values: values))
    for count in [1, 3] {
      #expect(
        throws: ContrastiveError.nonFinite(
          argument: "x", row: position / 4, column: position % 4, found: "nan")
      ) { try operand.requireFinite(Workers(count: count)) }
    }
  }

  @Test func dotProductsOfTheLargestElementsAreFinite() throws {
    for dimension in [1, 100, 100_000] {
      let limit = Operand("x", Matrix(zeros: 1, by: dimension)).limit
      #expect((limit * limit * Float(dimension)).isFinite)
      var matrix = Matrix(zeros: 1, by: dimension)
      matrix[0, 0] = -limit
      try Operand("x", matrix).requireFinite()
      matrix[0, 0] = limit.nextUp
      #expect(
        throws: ContrastiveError.tooLarge(
          argument: "x", row: 0, column: 0, found: "\(limit.nextUp)", limit: "\(limit)")
      ) { try Operand("x", matrix).requireFinite() }
    }
  }
}
