import ContrastiveCore
import FoundationEssentials
import Testing
import _TestSupport

import ContrastiveFiles

/// Types and orders of elements, in files written by NumPy 2.4.6.
@Suite struct ElementTypeTests {
  static func file(_ base64: String...) throws -> Tensor {
    try NPYFile.read(.init(FileBytes.base64(base64.joined())))
  }

  @Test func everyWidth() throws {
    let spaces = String(repeating: "ICAg", count: 19)
    let start = "k05VTVBZAQB2AHsnZGVzY3InOiAn"
    let end = "JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAg" + spaces
    let cases: [(String, String, Tensor.Elements)] = [
      ("fGkx", "IAqAfw==", .int8([-128, 127])), ("PGky", "IArU/iwB", .int16([-300, 300])),
      ("PHUy", "IAoAAP//", .uint16([0, .max])), ("PHU0", "IAoAAAAA/////w==", .uint32([0, .max])),
      ("PHU4", "IAoAAAAAAAAAAP//////////", .uint64([0, .max])),
      ("fGIx", "IAoBAA==", .bool([1, 0])),
      ("PGYy", "IAoAPgB8", .float16([0x3e00, 0x7c00])),
      ("PmY4", "IAo/uZmZmZmZmn435DyIAHWc", .float64([0.1, 1e300])),
      ("Pmky", "IAoAAf/+", .int16([1, -2])),
    ]
    for (name, data, elements) in cases {
      #expect(try Self.file(start, name, end, data) == Tensor(elements))
    }
  }

  @Test func otherOrders() throws {
    let bigEndian = try Self.file(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIp",
      "LCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/wAAA",
      "wBAAAEBAAAA9zMzN")
    #expect(bigEndian == Tensor(try Matrix([[1.5, -2.25], [3, 0.1]])))
    let columnMajor = try Self.file(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywg",
      "NCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAA",
      "DAAAAAQAAAAQAAAACAAAABQAAAABAAAADQAAAAUAAAARAAAACQAAABUAAAACAAAADgAAAAYAAAASAAAACgAAABYA",
      "AAADAAAADwAAAAcAAAATAAAACwAAABcAAAA=")
    #expect(
      try columnMajor == Tensor(shape: [2, 3, 4], elements: .int32((0..<24).map { Int32($0) })))
    let both = try Self.file(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPnUyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyks",
      "IH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAD",
      "AAEABAACAAU=")
    #expect(try both == Tensor(shape: [2, 3], elements: .uint16([0, 1, 2, 3, 4, 5])))
  }

  /// Blocks that are not whole, axes of length 1, and shapes of up to five axes, against indices.
  @Test(arguments: [
    [70, 33], [1, 5], [5, 1], [33, 1, 70], [3, 1, 4, 2], [2, 3, 2, 1, 3], [0, 4], [7],
  ])
  func columnMajorByIndices(_ shape: [Int]) throws {
    let count = shape.reduce(1, *)
    let expected = (0..<count).map { Int32($0) }
    var stored = expected
    for place in 0..<count {
      // The place in row-major order, taken apart and put together the other way.
      var (rest, target, stride) = (place, 0, count)
      for length in shape.reversed() {
        stride /= length
        target += rest % length * stride
        rest /= length
      }
      stored[target] = Int32(place)
    }
    let lengths = shape.map { "\($0)," }.joined()
    let header = FileBytes.npy("{'descr': '<i4', 'fortran_order': True, 'shape': (\(lengths))}")
    let data = stored.withUnsafeBytes { Array($0) }
    let tensor = try NPYFile.read(.init(header + data))
    #expect(try tensor == Tensor(shape: shape, elements: .int32(expected)))
  }

  /// A tensor of a type that no `Tensor` has leaves the others readable.
  @Test func otherTypesBeside() throws {
    let header = BadFileTests.header(
      BadFileTests.entry("x", "[3]", "[0,3]", dtype: "F8_E4M3"),
      BadFileTests.entry("dense/kernel:0", "[1,2]", "[3,7]", dtype: "BF16"),
      BadFileTests.entry("mask", "[2]", "[7,9]", dtype: "BOOL"))
    var bytes = FileBytes.safetensors("  " + header, data: 9)
    bytes.replaceSubrange((bytes.count - 6)..., with: [0x80, 0x3f, 0x49, 0xc0, 1, 0])
    let file = try SafetensorsFile(.init(bytes))
    #expect(try file.tensor("dense/kernel:0").matrix() == Matrix([[1, -3.140625]]))
    #expect(try file.tensor("mask").uint8s() == [1, 0])
    #expect(file.tensors.count == 2 && file.unsupported.count == 1)
    #expect(file.unsupported["x"]?.type == "F8_E4M3" && file.unsupported["x"]?.shape == [3])
    #expect(
      throws: ContrastiveError.file(
        path: "data",
        problem: #"tensor "x" has dtype "F8_E4M3", which is unsupported (supported: F16, BF16, "#
          + "F32, F64, I8, I16, I32, I64, U8, U16, U32, U64, BOOL)")
    ) { try file.tensor("x") }
    try TemporaryFolder.use { folder throws in
      let path = try folder.write(bytes, "a")
      let contents = try FileContents(path: path)
      #expect(contents.format == .safetensors)
      #expect(contents.unsupported["x"]?.shape == [3])
      let zipped = try FileContents(path: folder.write(FileBytes.gzip(bytes), "b"))
      #expect(zipped.format == .gzippedSafetensors && zipped.tensors == file.tensors)
      let array = try NPYFile.data(of: file.tensor("mask"))
      let npy = try FileContents(path: folder.write(FileBytes.gzip(Array(array)), "c"))
      #expect(npy.format == .gzippedNPY && npy.tensors[""] == Tensor(.bool([1, 0])))
    }
  }

  /// What the reference implementation passes over.
  @Test func furtherFields() throws {
    let fields = #""note":"x","more":{"a":1.5e3,"b":null},"list":[true],"n":-1"#
    let header = #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2],\#(fields)}}"#
    let file = try SafetensorsFile(.init(FileBytes.safetensors(header, data: 2)))
    #expect(file.tensors == ["a": Tensor(.uint8([0, 0]))])
  }
}
