import FoundationEssentials
import Testing
import _TestSupport

import ContrastiveFiles

@Suite struct IDXFileTests {
  /// Written by Python's gzip: images [2 × 3 × 4] of 0 … 23.
  static let images = "H4sIAAAAAAACA2Ng4GBmYGBgAmIQzcLAyMTMwsrGzsHJxc3Dy8cvICgkLCIqJg4AgJToFigAAAA="
  /// Written by Python's gzip: 5,000 labels 0 … 9, 0 … 9, …, at 105 bytes to one.
  static let labels =
    "H4sIAAAAAAACA+3GsQEAEQAEsPN41JY2til0SZVklmSflK+2/o+5zMzMzMzMzMzM7NUuFWUwbJATAAA="

  @Test func images() throws {
    let expected = Tensor(unchecked: [2, 3, 4], .uint8(Array(0..<24)))
    try TemporaryFolder.use { folder throws in
      let plain = FileBytes.idx([2, 3, 4], data: 24)
      #expect(try IDXFile.read(path: folder.write(plain, "plain")) == expected)
      #expect(try IDXFile.read(path: folder.write(FileBytes.base64(Self.images), "gz")) == expected)
      #expect(try IDXFile.read(path: folder.write(FileBytes.gzip(plain), "stored")) == expected)
    }
  }

  @Test func labelsAndChannels() throws {
    try TemporaryFolder.use { folder throws in
      let labels = try IDXFile.read(path: folder.write(FileBytes.base64(Self.labels), "labels"))
      #expect(labels == Tensor(.uint8((0..<5000).map { UInt8($0 % 10) })))
      let channels = try IDXFile.read(
        path: folder.write(FileBytes.idx([1, 2, 2, 3], data: 12), "c"))
      #expect(channels.shape == [1, 2, 2, 3])
      let none = try IDXFile.read(
        path: folder.write(FileBytes.gzip(FileBytes.idx([0], data: 0)), "n"))
      #expect(none.shape == [0])
    }
  }

  /// As `cat a.gz b.gz` and parallel compressors make them.
  @Test func severalMembers() throws {
    let contents = FileBytes.idx([200], data: 200)
    let parts = [0..<5, 5..<8, 8..<8, 8..<100, 100..<208].flatMap {
      FileBytes.gzip(Array(contents[$0]))
    }
    for padding in [0, 1, 500] {
      let tensor = try IDXFile.read(Data(parts + [UInt8](repeating: 0, count: padding)))
      #expect(tensor.shape == [200])
    }
    // Members that end where the buffer of compressed bytes does.
    let long = FileBytes.idx([140_000], data: 140_000)
    let first = 65_536 - 23
    let members = [0..<first, first..<(first + 60_000), (first + 60_000)..<long.count].flatMap {
      FileBytes.gzip(Array(long[$0]))
    }
    #expect(try IDXFile.read(Data(members)) == Tensor(.uint8(Array(long[8...]))))
  }

  /// Longer than the buffer that compressed bytes pass through.
  @Test func severalBuffers() throws {
    let contents = FileBytes.idx([65_000], data: 65_000)
    try TemporaryFolder.use { folder throws in
      let tensor = try IDXFile.read(path: folder.write(FileBytes.gzip(contents), "a"))
      #expect(tensor == Tensor(.uint8(Array(contents[8...]))))
    }
  }
}
