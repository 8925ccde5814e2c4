import ContrastiveCore
import Foundation
import Testing

/// Matrices from and to what people have.
@Suite struct MatrixTests {
  static let values: [Float] = [1, 2, 3, 4, 5, 6]

  @Test func fromEveryBuffer() throws {
    let expected = try Matrix([[1, 2, 3], [4, 5, 6]])
    let values = Self.values
    let longer = [0] + values + [7]
    #expect(try Matrix(rows: 2, columns: 3, values: values) == expected)
    #expect(try Matrix(rows: 2, columns: 3, values: longer[1..<7]) == expected)
    #expect(try Matrix(rows: 2, columns: 3, values: longer.dropFirst().dropLast()) == expected)
    #expect(try Matrix(rows: 2, columns: 3, values: ContiguousArray(values)) == expected)
    #expect(try Matrix(rows: 2, columns: 3, values: values.span) == expected)
    #expect(try Matrix(rows: 2, columns: 3, rounding: values.map(Double.init)) == expected)
    #expect(try Matrix(rows: 1, columns: 1, rounding: [0.1])[0, 0] == 0.1)
    let matrix = try values.withUnsafeBufferPointer {
      try Matrix(rows: 2, columns: 3, values: $0)
    }
    #expect(matrix == expected)
    #expect(expected.withSpan { span in (0..<span.count).map { span[$0] } } == values)
    #expect(try Matrix([]).shape == "[0 × 0]" && Matrix([[], []]).shape == "[2 × 0]")
  }

  @Test func countsMustAgree() {
    let wanted = ContrastiveError.shape(argument: "values", found: "[6]", expected: "[2 × 2]")
    #expect(throws: wanted) { try Matrix(rows: 2, columns: 2, values: Self.values) }
    #expect(throws: wanted) { try Matrix(rows: 2, columns: 2, values: Self.values.span) }
    #expect(throws: wanted) {
      try Matrix(rows: 2, columns: 2, rounding: Self.values.map(Double.init))
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "values", found: "[6]", expected: "[\(Int.max) × 2]")
    ) { try Matrix(rows: .max, columns: 2, values: Self.values) }
    #expect(
      throws: ContrastiveError.shape(argument: "values", found: "[6]", expected: "[-2 × -3]")
    ) { try Matrix(rows: -2, columns: -3, values: Self.values) }
    #expect(
      throws: ContrastiveError.shape(argument: "rows", found: "[1] at row 1", expected: "[2]")
    ) { try Matrix([[1, 2], [3]]) }
    #expect(
      throws: ContrastiveError.tooLarge(
        argument: "points", row: 1, column: 0, found: "-1e+39", limit: "3.4028235e+38")
    ) { try Matrix(rows: 2, columns: 1, rounding: [.infinity, -1e39], argument: "points") }
  }

  /// Indices start at 0 in every row.
  @Test func aRowStartsAtZero() throws {
    let matrix = try Matrix([[1, 2, 3], [4, 5, 6]])
    let row = matrix.row(1)
    #expect(row[0] == 4 && row[2] == 6 && row.startIndex == 0 && row.endIndex == 3)
    #expect(row.indices.map { row[$0] } == [4, 5, 6] && Array(row) == [4, 5, 6])
    #expect(row.withContiguousStorageIfAvailable(Array.init) == [4, 5, 6])
    #expect("\(row)" == "[4.0, 5.0, 6.0]")
    let zeros = try Matrix([[0, 1], [-0.0, 1], [1, 0]])
    #expect(zeros.row(0) == zeros.row(1) && zeros.row(0) != zeros.row(2))
    #expect(Set((0..<3).map(zeros.row)).count == 2)
    // A row goes on standing for what it was taken from.
    var changed = matrix
    let before = changed.row(0)
    changed[0, 0] = 9
    #expect(before[0] == 1 && changed.row(0)[0] == 9)
    #expect(matrix.values.startIndex == 0)
  }

  @Test func rowsAreGathered() throws {
    let matrix = try Matrix([[1, 2], [3, 4], [5, 6]])
    #expect(try matrix.rows(at: [2, 0, 2]) == Matrix([[5, 6], [1, 2], [5, 6]]))
    #expect(try matrix.rows(at: 1..<3) == Matrix([[3, 4], [5, 6]]))
    #expect(try matrix.rows(at: (0..<3).reversed()) == Matrix([[5, 6], [3, 4], [1, 2]]))
    #expect(matrix.rows(at: []).shape == "[0 × 2]" && matrix.rows(at: 3..<3).shape == "[0 × 2]")
    let half = try HalfMatrix(rounding: matrix)
    #expect(try half.rows(at: [1]) == Matrix([[3, 4]]))
  }

  @Test func outsideIsRefusedByName() async {
    await #expect(processExitsWith: .failure) { _ = try Matrix([[1]]).rows(at: [1]) }
    await #expect(processExitsWith: .failure) { _ = try Matrix([[1]]).rows(at: [-1]) }
    await #expect(processExitsWith: .failure) { _ = try Matrix([[1]]).row(0)[1] }
    await #expect(processExitsWith: .failure) { _ = try Matrix([[1], [2]]).row(1)[-1] }
  }

  @Test func encodedAndDecoded() throws {
    let matrix = try Matrix([[1.5, -0.0, 0.1], [3e38, .leastNonzeroMagnitude, 6]])
    let data = try JSONEncoder().encode(matrix)
    let read = try JSONDecoder().decode(Matrix.self, from: data)
    #expect(read.values.map(\.bitPattern) == matrix.values.map(\.bitPattern))
    #expect(read.shape == matrix.shape)
    // Storage that is longer than the matrix, as a bank's, is not written.
    let part = Matrix(rows: 1, columns: 3, sharing: matrix.storage)
    #expect(try JSONDecoder().decode(Matrix.self, from: JSONEncoder().encode(part)) == part)
    let half = try HalfMatrix(rounding: Matrix([[1.5, -0.0, 0.1, 65_504, 6e-8]]))
    #expect(try JSONDecoder().decode(HalfMatrix.self, from: JSONEncoder().encode(half)) == half)

    let wrong = Data(#"{"rows":2,"columns":2,"values":[1,2,3]}"#.utf8)
    #expect {
      try JSONDecoder().decode(Matrix.self, from: wrong)
    } throws: { error in
      guard case DecodingError.dataCorrupted(let context) = error else { return false }
      return context.debugDescription == "values: found shape [3], expected [2 × 2]"
    }
    let large = Data(#"{"rows":1,"columns":1,"values":[70000]}"#.utf8)
    #expect {
      try JSONDecoder().decode(HalfMatrix.self, from: large)
    } throws: { error in
      guard case DecodingError.dataCorrupted(let context) = error else { return false }
      return context.debugDescription
        == "values: found 70000.0 at row 0, column 0, expected at most 65504.0"
    }
  }

  /// Printing a matrix does not list its storage.
  @Test func descriptions() throws {
    let small = try Matrix([[1, 2], [0.5, -0.0]])
    #expect("\(small)" == "Matrix [2 × 2]: [[1.0, 2.0], [0.5, -0.0]]")
    #expect(String(reflecting: small) == "\(small)")
    let large = Matrix(zeros: 1_000, by: 500)
    let row = "[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, …]"
    #expect("\(large)" == "Matrix [1000 × 500]: [\(row), \(row), \(row), \(row), …]")
    var text = ""
    dump(large, to: &text)
    #expect(text.count < 300 && text.contains("rows: 1000"))
    #expect("\(Matrix(zeros: 0, by: 3))" == "Matrix [0 × 3]: []")
    #expect("\(try HalfMatrix(rounding: small))" == "Half\(small)")
    var half = ""
    dump(try HalfMatrix(rounding: large), to: &half)
    #expect(half.count < 300)
  }
}

@Suite struct ContrastiveErrorTests {
  /// An app shows `localizedDescription`; without `LocalizedError` it is "error 8".
  @Test func localized() {
    let errors: [ContrastiveError] = [
      .shape(argument: "keys", found: "[2 × 3]", expected: "[2 × 4]"), .canceled,
      .file(path: "a.npy", problem: "is a folder"), .empty(argument: "queries"),
    ]
    for error in errors {
      #expect((error as any Error).localizedDescription == "\(error)")
    }
    #expect("\(ContrastiveError.canceled)" == "canceled before it was done")
  }
}

@Suite struct IndicesTests {
  @Test func partitioning() {
    for count in 0..<20 {
      let values = (0..<count).map { 2 * $0 }
      for bound in -1...(2 * count + 1) {
        let expected = values.firstIndex { $0 >= bound } ?? count
        #expect(values.partitioningIndex { $0 >= bound } == expected)
        let slice = values.dropFirst(3)
        #expect(slice.partitioningIndex { $0 >= bound } == max(expected, slice.startIndex))
      }
    }
  }

  @Test func required() throws {
    try requireIndices([0, 4], below: 5, named: "pairs")
    try requireIndices([], count: 0, below: 0, named: "pairs")
    #expect(
      throws: ContrastiveError.index(
        argument: "pairs", position: 1, found: "5", expected: "0 ..< 5")
    ) { try requireIndices([0, 5], below: 5, named: "pairs") }
    #expect(
      throws: ContrastiveError.index(
        argument: "ids", position: 0, found: "-1", expected: "0 ..< 5")
    ) { try requireIndices([-1, 5], count: 2, below: 5, named: "ids") }
    #expect(throws: ContrastiveError.shape(argument: "ids", found: "[2]", expected: "[3]")) {
      try requireIndices([-1, 5], count: 3, below: 5, named: "ids")
    }
  }
}
