import CWebP
import ContrastiveReport
import ContrastiveTraining
import Foundation
import Testing
import _TestSupport

/// The pictures of a page, which are parts of one picture.
@Suite struct PictureSheetTests {
  private func source(
    _ count: Int, height: Int, width: Int, channels: Int = 3, same: Bool = false
  ) throws -> ImageSet {
    var pixels: [UInt8] = []
    for image in 0..<count {
      let shade = same ? 0 : 37 * image
      for row in 0..<height {
        for column in 0..<width {
          for channel in 0..<channels {
            pixels.append(UInt8((shade + 3 * row + 2 * column + 40 * channel) % 200))
          }
        }
      }
    }
    return try ImageSet(
      Pixels(pixels, shape: ImageShape(height: height, width: width, channels: channels)),
      labels: nil)
  }

  private func found(_ images: ImageSet) -> Page {
    SearchPage(
      query: images, name: "query", among: images,
      found: (0..<images.count).map { ($0, 0.5) }, folder: "folder"
    ).page
  }

  /// Red, green and blue of the whole sheet.
  private func sheet(_ page: Markup) throws -> (width: Int, samples: [UInt8]) {
    let image = try page.one("image")
    let start = "data:image/webp;base64,"
    try #require(image["href"].hasPrefix(start))
    let file = [UInt8](
      try #require(Data(base64Encoded: String(image["href"].dropFirst(start.count)))))
    var (width, height) = (Int32(0), Int32(0))
    let samples = try #require(WebPDecodeRGB(file, file.count, &width, &height))
    defer { WebPFree(samples) }
    #expect(image["width"] == "\(width)" && image["height"] == "\(height)")
    return (
      Int(width), Array(UnsafeBufferPointer(start: samples, count: Int(width * height) * 3))
    )
  }

  /// A sheet that is small without loss has none.
  @Test(arguments: [(8, 7, 3), (28, 28, 1), (32, 32, 3)])
  func partsAreTheImages(_ height: Int, _ width: Int, _ channels: Int) throws {
    let images = try source(25, height: height, width: width, channels: channels)
    let page = try Markup(found(images))
    let (columns, samples) = try sheet(page)
    let shown = page.pictures.dropFirst()
    #expect(shown.count == 25 && Set(shown.map { $0["viewBox"] }).count == 25)
    for (image, picture) in shown.enumerated() {
      let frame = picture["viewBox"].split(separator: " ").compactMap { Int($0) }
      #expect(frame[2...] == [width, height])
      for row in 0..<height {
        for column in 0..<width {
          let place = 3 * ((frame[1] + row) * columns + frame[0] + column)
          let pixel = channels * ((image * height + row) * width + column)
          let wanted = (0..<3).map { images.pixels.bytes[pixel + (channels == 3 ? $0 : 0)] }
          #expect(Array(samples[place..<(place + 3)]) == wanted)
        }
      }
    }
  }

  /// What is shown at several places is there once.
  @Test func equalImagesArePutOnce() throws {
    let page = try Markup(found(source(30, height: 8, width: 8, same: true)))
    #expect(page.pictures.count == 31)
    #expect(Set(page.pictures.map { $0["viewBox"] }) == ["4 4 8 8"])
    let image = try page.one("image")
    #expect(image["width"] == "16" && image["height"] == "16")
  }

  /// Larger pictures are shown by means of squares of pixels, and a page stays light.
  @Test func largePicturesAreReduced() throws {
    let large = try Markup(found(source(3, height: 224, width: 224)))
    #expect(large.pictures.allSatisfy { $0["viewBox"].hasSuffix(" 56 56") })
    let many = try found(source(400, height: 64, width: 64))
    #expect(try Markup(many).pictures.count == 401)
    #expect(many.html.utf8.count < 500_000)
  }
}
