import ContrastiveCore
import FoundationEssentials
import Testing
import _TestSupport

import ContrastiveFiles

@Suite struct SafetensorsFileTests {
  /// Written by the reference implementation (safetensors for Python) with metadata.
  static let reference =
    "SAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJzdGVwIjoiNyJ9LCJjb3VudCI6eyJkdHlwZSI6Ikk2NCIsInNoYXBlIjpb"
    + "XSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0sImJpYXMiOnsiZHR5cGUiOiJGNjQiLCJzaGFwZSI6WzIsMV0sImRhdGFfb2Zm"
    + "c2V0cyI6WzgsMjRdfSwid2VpZ2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOlsy"
    + "NCw0OF19LCJpZHMiOnsiZHR5cGUiOiJJMzIiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls0OCw1Nl19LCJpbWFn"
    + "ZSI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOlsxLDIsMl0sImRhdGFfb2Zmc2V0cyI6WzU2LDYwXX19ICAg+/////////+a"
    + "mZmZmZm5P5x1AIg85Dd+AADAPwAAEMAAAEBAzczMPcrySXEAAACA/////////38AAf7/"

  static let tensors: [String: Tensor] = [
    "weight": NumPyTests.matrix,
    "bias": Tensor(unchecked: [2, 1], .float64([0.1, 1e300])),
    "count": Tensor(unchecked: [], .int64([-5])),
    "ids": Tensor(unchecked: [2], .int32([-1, .max])),
    "image": Tensor(unchecked: [1, 2, 2], .uint8([0, 1, 254, 255])),
  ]

  @Test func referenceFile() throws {
    try TemporaryFolder.use { folder throws in
      let path = try folder.write(FileBytes.base64(Self.reference), "a.safetensors")
      let file = try SafetensorsFile(path: path)
      #expect(file.tensors == Self.tensors)
      #expect(file.metadata == ["step": "7"])
    }
  }

  @Test func writtenBytes() throws {
    try TemporaryFolder.use { folder throws in
      let file = SafetensorsFile(tensors: Self.tensors, metadata: ["step": "7", "about": "a/b"])
      try file.write(to: folder.file("a"))
      let header =
        #"{"__metadata__":{"about":"a/b","step":"7"},"#
        + #""bias":{"data_offsets":[0,16],"dtype":"F64","shape":[2,1]},"#
        + #""count":{"data_offsets":[16,24],"dtype":"I64","shape":[]},"#
        + #""ids":{"data_offsets":[24,32],"dtype":"I32","shape":[2]},"#
        + #""image":{"data_offsets":[56,60],"dtype":"U8","shape":[1,2,2]},"#
        + #""weight":{"data_offsets":[32,56],"dtype":"F32","shape":[2,3]}}"#
      let bytes = try folder.bytes("a")
      let length = Int(bytes[0]) | Int(bytes[1]) << 8
      #expect(length % 8 == 0 && length - header.utf8.count < 8)
      let written = String(decoding: bytes[8..<(8 + length)], as: UTF8.self)
      #expect(written == header + String(repeating: " ", count: length - header.utf8.count))
      #expect(bytes.count == 8 + length + 60)
      // The same contents built in another order.
      let again = Dictionary(uniqueKeysWithValues: Self.tensors.sorted { $0.key > $1.key })
      try SafetensorsFile(tensors: again, metadata: ["about": "a/b", "step": "7"])
        .write(to: folder.file("b"))
      #expect(try folder.bytes("b") == bytes)
    }
  }

  /// Every bit of the tensors' 60 bytes, and what the metadata says.
  @Test func aSealFindsEveryChange() throws {
    try TemporaryFolder.use { folder throws in
      let path = folder.file("a")
      try SafetensorsFile(tensors: Self.tensors, metadata: ["step": "7"]).sealed().write(to: path)
      try SafetensorsFile(path: path).checkSeal()
      let whole = try folder.bytes("a")
      let step = try #require(whole.firstRange(of: Array("\"7\"".utf8))).lowerBound + 1
      for place in Array((whole.count - 60)..<whole.count) + [step] {
        for bit in 0..<(place == step ? 1 : 8) {
          var bytes = whole
          bytes[place] ^= 1 << bit
          try folder.write(bytes, "a")
          let file = try SafetensorsFile(path: path)
          let error = try #require(throws: ContrastiveError.self) { try file.checkSeal() }
          #expect("\(error)".contains("is damaged"), "byte \(place), bit \(bit): \(error)")
        }
      }
    }
  }

  @Test func missingTensorIsNamed() throws {
    let file = SafetensorsFile(tensors: Self.tensors)
    #expect(try file.tensor("count") == Self.tensors["count"])
    #expect(
      throws: ContrastiveError.file(
        path: "tensors",
        problem: #"has no tensor "keys", it holds "bias", "count", "ids", "image", "weight""#)
    ) { try file.tensor("keys") }
  }

  @Test func whatCouldNotBeReadAgainIsNotSaved() throws {
    let one = Tensor(.uint8([1]))
    let deep = try Tensor(shape: [Int](repeating: 1, count: 65), elements: .uint8([1]))
    try TemporaryFolder.use { folder throws in
      #expect(
        throws: ContrastiveError.file(
          path: folder.file("a"), problem: "cannot be saved: a tensor is called \"__metadata__\"")
      ) {
        try SafetensorsFile(tensors: ["__metadata__": one]).write(to: folder.file("a"))
      }
      #expect(
        throws: ContrastiveError.shape(argument: "tensor", found: "65 axes", expected: "at most 64")
      ) {
        try SafetensorsFile(tensors: ["deep": deep]).write(to: folder.file("a"))
      }
      #expect(
        throws: ContrastiveError.shape(argument: "tensor", found: "65 axes", expected: "at most 64")
      ) { try NPYFile.write(deep, to: folder.file("a")) }
      #expect(
        throws: ContrastiveError.file(
          path: folder.file("a"),
          problem: "has 100001 names in its header, more than the 100000 allowed")
      ) {
        let names = Dictionary(uniqueKeysWithValues: (0...100_000).map { ("\($0)", one) })
        try SafetensorsFile(tensors: names).write(to: folder.file("a"))
      }
      #expect(try folder.names.isEmpty)
    }
  }

  /// The losses' expected values, written by another program with padded headers.
  @Test func goldenFiles() throws {
    let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "ObjectiveTests/Golden").path()
    let names = try FileManager.default.contentsOfDirectory(atPath: golden)
      .filter { $0.hasSuffix(".safetensors") }
    #expect(names.count >= 36)
    for name in names {
      let file = try SafetensorsFile(path: "\(golden)/\(name)")
      #expect(file.metadata["method"]?.isEmpty == false, "\(name)")
      let loss = try file.tensor("expected.loss").float64(argument: "expected.loss")
      #expect(loss.isFinite, "\(name)")
    }
  }
}
