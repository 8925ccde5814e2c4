import ContrastiveCore
import ContrastiveFiles
import Testing
import _TestSupport

@Suite struct TensorTests {
  @Test func countsMustAgree() throws {
    #expect(throws: ContrastiveError.shape(argument: "elements", found: "[3]", expected: "[2 × 2]"))
    { try Tensor(shape: [2, 2], elements: .float32([1, 2, 3])) }
    #expect(throws: ContrastiveError.shape(argument: "elements", found: "[0]", expected: "[-1]")) {
      try Tensor(shape: [-1], elements: .uint8([]))
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "elements", found: "[0]", expected: "[9223372036854775807 × 9223372036854775807]")
    ) {
      try Tensor(shape: [.max, .max], elements: .uint8([]))
    }
    #expect(try Tensor(shape: [], elements: .int64([7])).summary == "I64 []")
    #expect(try Tensor(shape: [0, 3], elements: .float64([])).summary == "F64 [0 × 3]")
  }

  @Test func matrices() throws {
    let values: [Float] = [1, 2, 3, 4, 5, 6]
    let matrix = try Matrix(rows: 2, columns: 3, values: values)
    #expect(try Tensor(matrix).matrix(argument: "queries") == matrix)
    let three = try Tensor(shape: [2, 1, 3], elements: .float32(values))
    #expect(
      try three.matrices(argument: "views") == [
        Matrix(rows: 1, columns: 3, values: [1, 2, 3]),
        Matrix(rows: 1, columns: 3, values: [4, 5, 6]),
      ])
    #expect(
      throws: ContrastiveError.shape(
        argument: "queries", found: "F32 [6]", expected: "F32 [rows × columns]")
    ) { try Tensor(.float32(values)).matrix(argument: "queries") }
    let doubles = try Tensor(shape: [1, 1], elements: .float64([1]))
    #expect(
      throws: ContrastiveError.shape(
        argument: "queries", found: "F64 [1 × 1]", expected: "F32 [rows × columns]")
    ) { try doubles.matrix(argument: "queries") }
    let columnless = try Tensor(shape: [.max, 0], elements: .float32([]))
    #expect(
      throws: ContrastiveError.shape(
        argument: "queries", found: "F32 [9223372036854775807 × 0]",
        expected: "F32 [rows × columns]")
    ) { try columnless.matrix(argument: "queries") }
    let hollow = try Tensor(shape: [.max, 2, 0], elements: .float32([]))
    #expect(
      throws: ContrastiveError.shape(
        argument: "views", found: "F32 [9223372036854775807 × 2 × 0]",
        expected: "F32 [matrices × rows × columns]")
    ) { try hollow.matrices(argument: "views") }
    #expect(
      throws: ContrastiveError.shape(
        argument: "views", found: "F64 [1 × 1]", expected: "F32 [matrices × rows × columns]")
    ) { try doubles.matrices(argument: "views") }
    let empty = try Tensor(shape: [0, 3], elements: .float32([]))
    #expect(try empty.matrix(argument: "queries").columns == 3)
  }

  @Test func numbers() throws {
    #expect(try Tensor(.int64([-1, 2])).int64s(argument: "labels") == [-1, 2])
    #expect(try Tensor(.int32([-1, 2])).int64s(argument: "labels") == [-1, 2])
    #expect(try Tensor(.uint8([1, 255])).int64s(argument: "labels") == [1, 255])
    #expect(
      throws: ContrastiveError.shape(
        argument: "labels", found: "F32 [1]", expected: "I64, I32 or U8 [count]")
    ) { try Tensor(.float32([1])).int64s(argument: "labels") }
    let column = try Tensor(shape: [2, 1], elements: .int64([1, 2]))
    #expect(
      throws: ContrastiveError.shape(
        argument: "labels", found: "I64 [2 × 1]", expected: "I64, I32 or U8 [count]")
    ) { try column.int64s(argument: "labels") }

    #expect(try Tensor(.float32([0.5])).float64s(argument: "x") == [0.5])
    #expect(try Tensor(.float64([0.1])).float64(argument: "x") == 0.1)
    #expect(
      throws: ContrastiveError.shape(
        argument: "x", found: "F64 [2]", expected: "one F64 or F32 number")
    ) { try Tensor(.float64([1, 2])).float64(argument: "x") }
    #expect(throws: ContrastiveError.shape(argument: "x", found: "I64 [1]", expected: "F64 or F32"))
    { try Tensor(.int64([1])).float64s(argument: "x") }
    #expect(try Tensor(.float32([0.5])).float32s(argument: "x") == [0.5])
    #expect(throws: ContrastiveError.shape(argument: "x", found: "F64 [1]", expected: "F32")) {
      try Tensor(.float64([1])).float32s(argument: "x")
    }
    #expect(try column.type == .int64 && Tensor(.uint8([3])).uint8s(argument: "x") == [3])
    #expect(throws: ContrastiveError.shape(argument: "x", found: "I64 [2 × 1]", expected: "U8")) {
      try column.uint8s(argument: "x")
    }
  }
}
