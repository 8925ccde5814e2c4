import Testing
import _TestSupport

import ContrastiveFiles

/// Files written by NumPy 2.4.6, byte for byte.
@Suite struct NumPyTests {
  static let matrix = Tensor(unchecked: [2, 3], .float32([1.5, -2.25, 3, 0.1, 1e30, -0.0]))
  static let cases: [(Tensor, String)] = [
    (
      matrix,
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAQ"
        + "wAAAQEDNzMw9yvJJcQAAAIA="
    ),
    (
      Tensor(unchecked: [2, 1], .float64([0.1, 1e300])),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDEpLCB9"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqamZmZmZm5"
        + "P5x1AIg85Dd+"
    ),
    (
      Tensor(unchecked: [2], .int32([-1, .max])),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/////////"
        + "fw=="
    ),
    (
      Tensor(unchecked: [], .int64([-5])),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr7////////"
        + "/w=="
    ),
    (
      Tensor(unchecked: [1, 2, 2], .uint8([0, 1, 254, 255])),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIsIDIp"
        + "LCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAf7/"
    ),
    (
      Tensor(unchecked: [0, 3], .float32([])),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDMpLCB9"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo="
    ),
  ]
  static let laterVersions = [
    "k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyks"
      + "IH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAQ"
      + "wAAAQEDNzMw9yvJJcQAAAIA=",
    "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyks"
      + "IH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAQ"
      + "wAAAQEDNzMw9yvJJcQAAAIA=",
  ]

  @Test func itsFilesAreRead() throws {
    try TemporaryFolder.use { folder throws in
      for (tensor, text) in Self.cases {
        let path = try folder.write(FileBytes.base64(text), "a.npy")
        #expect(try NPYFile.read(path: path) == tensor)
      }
      for text in Self.laterVersions {
        let path = try folder.write(FileBytes.base64(text), "a.npy")
        #expect(try NPYFile.read(path: path) == Self.matrix)
      }
    }
  }

  /// The same bytes, hence readable by it.
  @Test func ourFilesAreItsFiles() throws {
    try TemporaryFolder.use { folder throws in
      for (tensor, text) in Self.cases {
        try NPYFile.write(tensor, to: folder.file("a.npy"))
        #expect(try folder.bytes("a.npy") == FileBytes.base64(text), "\(tensor.summary)")
      }
    }
  }
}
