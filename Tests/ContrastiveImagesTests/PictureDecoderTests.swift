import ContrastiveFiles
import ContrastiveImages
import Foundation
import Testing
import _TestSupport

/// Pictures of every kind against Pillow's numbers; `Pictures/make.py` made both.
@Suite struct PictureDecoderTests {
  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: TestPictures.folder)) ?? []
    return files.filter { !$0.hasSuffix(".npy") && !$0.hasSuffix(".py") }.sorted()
  }()

  @Test func everyKindIsThere() { #expect(Self.names.count == 36) }

  @Test(arguments: names) func pillowsNumbers(_ name: String) throws {
    let found = try TestPictures.decode(name)
    let expected = try NPYFile.read(path: TestPictures.path("\(name).npy")).uint8s()
    let errors = zip(found, expected).map { abs(Int($0) - Int($1)) }
    // Decoded at a quarter of its size. The worst seen is 3.
    #expect(errors.count == 192 && (errors.max() ?? 255) <= (name == "large.jpg" ? 4 : 0))
  }

  @Test func grayIsLuma() throws {
    let color = try TestPictures.decode("exact.png")
    let gray = try TestPictures.decode("exact.png", channels: 1)
    for pixel in 0..<64 {
      let sum = zip([0.299, 0.587, 0.114], 0..<3).reduce(0.0) {
        $0 + $1.0 * Double(color[3 * pixel + $1.1])
      }
      #expect(abs(Double(gray[pixel]) - sum) <= 0.51)
    }
  }

  @Test func whatHeadersSay() throws {
    let sideways = try PictureDecoder.examine(TestPictures.cPath("orientation-6.jpg"))
    #expect((sideways.width, sideways.height, sideways.orientation) == (33, 21, 6))
    #expect(!sideways.isGray)
    for name in ["gray.png", "gray.jpg", "bits.png", "gray-alpha.png", "gray-16.png"] {
      #expect(try PictureDecoder.examine(TestPictures.cPath(name)).isGray, "\(name)")
    }
    for name in ["palette.png", "cmyk.jpg", "alpha.webp"] {
      #expect(try !PictureDecoder.examine(TestPictures.cPath(name)).isGray, "\(name)")
    }
  }

  /// Wherever a file is cut, it is no whole picture.
  @Test(arguments: ["orientation-1.jpg", "progressive.jpg", "alpha.png", "lossy.webp"])
  func cutShort(_ name: String) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: TestPictures.path(name)))
    let folder = try TemporaryFolder()
    for length in stride(from: 0, to: bytes.count, by: 7).map({ $0 }) + [bytes.count - 1] {
      let path = try folder.write(Array(bytes.prefix(length)), "cut")
      #expect(throws: PictureProblem.self, "\(length) of \(bytes.count)") {
        try TestPictures.decode(path: path)
      }
    }
  }

  /// Whatever is changed, the result is a picture or a problem.
  @Test(arguments: names) func changedBytes(_ name: String) throws {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: TestPictures.path(name))))
    let folder = try TemporaryFolder()
    let places = TestData.integers(60, below: bytes.count, seed: 1)
    let values = TestData.integers(60, below: 256, seed: 2)
    for (place, value) in zip(places, values) {
      var changed = bytes
      changed[place] = UInt8(value)
      let path = try folder.write(changed, "changed")
      do { _ = try TestPictures.decode(path: path) } catch let problem as PictureProblem {
        #expect(!problem.text.isEmpty)
      }
    }
  }

  @Test func whatIsNoPicture() throws {
    let folder = try TemporaryFolder()
    for (bytes, problem) in [
      ([], "is empty"), (Array("GIF89a....".utf8), "is neither JPEG nor PNG nor WebP"),
      ([0xff, 0xd8, 0xff], "is a damaged JPEG"),
    ] as [([UInt8], String)] {
      let path = try folder.write(bytes, "x")
      let found = #expect(throws: PictureProblem.self) { try TestPictures.decode(path: path) }
      #expect(found?.text.hasPrefix(problem) == true)
    }
    let found = #expect(throws: PictureProblem.self) {
      try TestPictures.decode(path: folder.file("missing"))
    }
    #expect(found?.text == "cannot be opened: No such file or directory")
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: PictureProblem(text: "is not a regular file")) {
      try TestPictures.decode(path: pipe)
    }
  }
}

/// The committed pictures.
enum TestPictures {
  static let folder = Bundle.module.path(forResource: "Pictures", ofType: nil) ?? ""

  static func path(_ name: String) -> String { "\(folder)/\(name)" }
  static func cPath(_ name: String) -> [CChar] { Array(path(name).utf8CString) }

  static func decode(_ name: String, channels: Int = 3) throws -> [UInt8] {
    try decode(path: path(name), channels: channels)
  }

  static func decode(path: String, channels: Int = 3) throws -> [UInt8] {
    let decoder = PictureDecoder(size: 8, channels: channels)
    var pixels = [UInt8](repeating: 0, count: 64 * channels)
    _ = try pixels.withUnsafeMutableBufferPointer { buffer in
      try decoder.decode(
        Array(path.utf8CString), into: try #require(buffer.baseAddress))
    }
    return pixels
  }
}
