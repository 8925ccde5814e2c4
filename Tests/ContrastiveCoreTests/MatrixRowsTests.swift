import ContrastiveCore
import Testing
import _TestSupport

@Suite struct MatrixRowsTests {
  @Test(arguments: [(2, 3, 5), (-1, 3, 3), (0, 3, 1), (.max, 2, 0)]) func countsMustAgree(
    _ rows: Int, _ columns: Int, _ count: Int
  ) {
    #expect(
      throws: ContrastiveError.shape(
        argument: "values", found: "[\(count)]", expected: "[\(rows) × \(columns)]")
    ) {
      try Matrix(rows: rows, columns: columns, values: [Float](repeating: 0, count: count))
    }
  }

  @Test func rowsAreSlicesOfItsValues() throws {
    var matrix = try Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 5, 6])
    #expect(Array(matrix.row(1)) == [3, 4] && matrix[2, 0] == 5 && matrix.shape == "[3 × 2]")
    let copy = matrix
    matrix[0, 1] = 9
    #expect(copy[0, 1] == 2 && matrix[0, 1] == 9 && copy != matrix)
    #expect(Array(matrix.rows(1..<3).values) == [3, 4, 5, 6])
    #expect(matrix.rows(1..<1).rows == 0 && matrix.rows(1..<1).columns == 2)
    #expect(Array(matrix.rows(at: [2, 0, 2]).values) == [5, 6, 1, 9, 5, 6])
    #expect(Array(copy.stacked(on: matrix.rows(2..<3)).values) == [1, 2, 3, 4, 5, 6, 5, 6])
  }

  /// A matrix in front of a longer storage is equal to one of its own.
  @Test func storageBeyondTheMatrixDoesNotCount() throws {
    let shared = Matrix(rows: 1, columns: 2, sharing: [1, 2, 3, 4])
    #expect(try shared == Matrix(rows: 1, columns: 2, values: [1, 2]))
    #expect(shared.values.count == 2)
  }

  @Test func rowsAreAddedAndScaled() throws {
    let a = try TestData.matrix(7, 5, seed: 1)
    let b = try TestData.matrix(7, 5, seed: 2)
    var sum = a
    sum.addRows(of: b) { Float($0) }
    var scaled = a
    scaled.scaleRows { Float($0) - 3 }
    expectClose(
      sum,
      zip(a.doubles, b.doubles).enumerated().map { row, pair in
        zip(pair.0, pair.1).map { $0 + Double(row) * $1 }
      }, within: 1e-7)
    expectClose(
      scaled, a.doubles.enumerated().map { row, values in values.map { $0 * Double(row - 3) } },
      within: 1e-7)
    expectClose(
      a.rowDots(b),
      zip(a.doubles, b.doubles).map { zip($0, $1).reduce(0) { $0 + $1.0 * $1.1 } }, within: 1e-14)
  }
}
