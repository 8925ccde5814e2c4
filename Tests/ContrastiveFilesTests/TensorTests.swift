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
        argument: "elements", found: "[0]", expected: "[\(Int.max) × \(Int.max)]")
    ) { try Tensor(shape: [.max, .max], elements: .uint8([])) }
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
    let wanted = "[rows × columns]"
    #expect(
      throws: ContrastiveError.shape(argument: "queries", found: "[6]", expected: wanted)
    ) { try Tensor(.float32(values)).matrix(argument: "queries") }
    let columnless = try Tensor(shape: [.max, 0], elements: .float32([]))
    #expect(
      throws: ContrastiveError.shape(
        argument: "queries", found: "[\(Int.max) × 0]", expected: wanted)
    ) { try columnless.matrix(argument: "queries") }
    let views = "[matrices × rows × columns]"
    let hollow = try Tensor(shape: [.max, 2, 0], elements: .float32([]))
    #expect(
      throws: ContrastiveError.shape(
        argument: "views", found: "[\(Int.max) × 2 × 0]", expected: views)
    ) { try hollow.matrices(argument: "views") }
    #expect(
      throws: ContrastiveError.shape(argument: "views", found: "[0 × 3]", expected: views)
    ) { try Tensor(shape: [0, 3], elements: .float32([])).matrices(argument: "views") }
    let empty = try Tensor(shape: [0, 3], elements: .float32([]))
    #expect(try empty.matrix(argument: "queries").columns == 3)
    #expect("\(three)" == "Tensor F32 [2 × 1 × 3]")
  }

  static func row(_ elements: Tensor.Elements) throws -> Tensor {
    try Tensor(shape: [1, elements.count], elements: elements)
  }

  /// Whatever holds numbers that Float32 has is a matrix.
  @Test func matricesOfEveryType() throws {
    let cases: [(Tensor.Elements, [Float])] = [
      (.float16([0x3e00, 0xc000]), [1.5, -2]), (.bfloat16([0x3f80, 0xc049]), [1, -3.140625]),
      (.float64([0.1, -1e-300]), [0.1, -0.0]), (.int8([-128, 127]), [-128, 127]),
      (.int16([-300, 300]), [-300, 300]),
      (.int32([-1 << 24, 1 << 24]), [-16_777_216, 16_777_216]),
      (.int64([-1, 1]), [-1, 1]), (.uint8([0, 255]), [0, 255]), (.uint16([0, .max]), [0, 65_535]),
      (.uint32([0, 7]), [0, 7]), (.uint64([0, 7]), [0, 7]), (.bool([0, 2]), [0, 1]),
    ]
    for (elements, expected) in cases {
      let tensor = try Self.row(elements)
      #expect(try tensor.matrix() == Matrix([expected]), "\(tensor)")
      guard case .float64 = elements else {
        #expect(try tensor.float64s() == expected.map(Double.init), "\(tensor)")
        continue
      }
    }
    #expect(
      throws: ContrastiveError.tooLarge(
        argument: "rows", row: 0, column: 1, found: "1e+50", limit: "3.4028235e+38")
    ) { try Self.row(.float64([.infinity, 1e50])).matrix(argument: "rows") }
    #expect(
      throws: ContrastiveError.tooLarge(
        argument: "rows", row: 0, column: 1, found: "-16777217", limit: "16777216")
    ) { try Self.row(.int32([1, -16_777_217])).matrix(argument: "rows") }
    #expect(
      throws: ContrastiveError.tooLarge(
        argument: "x", row: 0, column: 0, found: "9007199254740993", limit: "9007199254740992")
    ) { try Tensor(.int64([1 << 53 + 1])).float64s(argument: "x") }
    #expect(
      throws: ContrastiveError.nonFinite(argument: "bank", row: 0, column: 1, found: "inf")
    ) { try Self.row(.float16([0, 0x7c00])).halfMatrix(argument: "bank") }
  }

  @Test func labelsOfEveryType() throws {
    for elements: Tensor.Elements in [
      .int8([-1, 2]), .int16([-1, 2]), .int32([-1, 2]), .int64([-1, 2]),
      .float16([0xbc00, 0x4000]), .bfloat16([0xbf80, 0x4000]), .float32([-1, 2]),
      .float64([-1, 2]),
    ] { #expect(try Tensor(elements).int64s() == [-1, 2]) }
    for elements: Tensor.Elements in [
      .uint8([1, 0]), .uint16([1, 0]), .uint32([1, 0]), .uint64([1, 0]), .bool([255, 0]),
    ] { #expect(try Tensor(elements).int64s() == [1, 0]) }
    let bad: [(Tensor.Elements, String)] = [
      (.float32([0, 0.5]), "0.5"), (.float64([0, .nan]), "nan"), (.float64([0, 1e19]), "1e+19"),
      (.uint64([0, .max]), "18446744073709551615"),
    ]
    for (elements, found) in bad {
      #expect(
        throws: ContrastiveError.index(
          argument: "labels", position: 1, found: found, expected: "a whole number of 64 bits")
      ) { try Tensor(elements).int64s(argument: "labels") }
    }
    let column = try Tensor(shape: [2, 1], elements: .int64([1, 2]))
    #expect(
      throws: ContrastiveError.shape(argument: "labels", found: "[2 × 1]", expected: "[count]")
    ) { try column.int64s(argument: "labels") }
  }

  @Test func numbers() throws {
    #expect(try Tensor(.float64([0.1])).float64() == 0.1)
    #expect(
      throws: ContrastiveError.shape(argument: "x", found: "[2]", expected: "one number")
    ) { try Tensor(.float64([1, 2])).float64(argument: "x") }
    #expect(try Tensor(.float32([3, 0])).uint8s() == [3, 0])
    #expect(
      throws: ContrastiveError.index(
        argument: "mask", position: 1, found: "256", expected: "0 … 255")
    ) { try Tensor(.int64([0, 256])).uint8s(argument: "mask") }
  }

  @Test func pixels() throws {
    #expect(try Tensor(.uint8([0, 255])).pixels() == [0, 255])
    #expect(try Tensor(.int64([0, 200])).pixels() == [0, 200])
    #expect(try Tensor(.bool([0, 1])).pixels() == [0, 255])
    #expect(try Tensor(.float32([0, 0.5, 1])).pixels() == [0, 128, 255])
    #expect(try Tensor(.float64([0, 0.4, 254.6])).pixels() == [0, 0, 255])
    for (value, found) in [(-0.1, "-0.1"), (256, "256.0"), (Double.nan, "nan")] {
      #expect(
        throws: ContrastiveError.index(
          argument: "images", position: 1, found: found,
          expected: "a pixel from 0 to 1, or from 0 to 255")
      ) { try Tensor(.float64([0, value])).pixels(argument: "images") }
    }
  }
}
