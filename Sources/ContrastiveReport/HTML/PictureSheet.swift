import CWebP
import Contrastive
import ContrastiveTraining
import FoundationEssentials

/// The pictures of a page as one picture, of which every place shows a part.
///
/// Hundreds of small files would each bring their headers and tables; and a picture that is shown
/// at several places is there once. Pictures stand in cells with a margin that repeats their edges,
/// so that none shines into its neighbors.
struct PictureSheet {
  /// Height and width at most: larger pictures are shown by the means of squares of pixels.
  static let largestSide = 64
  /// Bytes that a sheet should have at most: where they do not suffice, its quality falls.
  static let aimedBytes = 210_000
  /// Bytes of a sheet without loss at most.
  static let losslessBytes = 8_000
  /// Columns of cells, and pictures that have a place: more would be higher than WebP allows.
  static let (columns, capacity) = (20, 4_000)

  /// Red, green and blue of each picture, and where it stands.
  private var pictures: [[UInt8]] = []
  private var places: [[UInt8]: Int] = [:]
  /// Of every picture.
  private var height = 0
  private var width = 0

  /// An image as an element; `text` describes it to those who cannot see it.
  ///
  /// - Parameters:
  ///   - image: its number.
  ///   - source: where it is from; all sources of a page have images of one shape.
  ///   - text: what it shows.
  ///   - frame: attributes of the element: where it lies in a drawing.
  /// - Returns: the element, or the text where there is no room for the image.
  mutating func picture(
    _ image: Int, of source: any ImageSource, text: String,
    frame: KeyValuePairs<String, String> = [:]
  ) -> HTML {
    guard let place = place(of: image, in: source) else { return .text(text) }
    let (x, y) = Self.corner(place, height, width)
    return .element(
      "svg", ["class": "picture", "role": "img", "viewBox": "\(x) \(y) \(width) \(height)"],
      and: frame, [.element("title", text: text), .element("use", ["href": "#pictures"])])
  }

  /// What the places show parts of: to be in the page once.
  var html: HTML {
    guard !pictures.isEmpty, let bytes = encoded() else { return .empty }
    let (rows, columns) = size
    let picture = HTML.element(
      "image",
      [
        "id": "pictures", "width": "\(columns)", "height": "\(rows)",
        "href": "data:image/webp;base64,\(Data(bytes).base64EncodedString())",
        // Pixels of tiny pictures are seen as they are.
        "style": max(height, width) <= 40 ? "image-rendering:pixelated" : "",
      ])
    return .element(
      "svg", ["class": "sheet", "aria-hidden": "true"], [.element("defs", [:], [picture])])
  }

  /// The image's place on the sheet, which it is given when it has none; nil when it cannot be read
  /// or there is no room.
  private mutating func place(of image: Int, in source: any ImageSource) -> Int? {
    guard let samples = samples(of: image, in: source) else { return nil }
    if let place = places[samples] { return place }
    guard pictures.count < Self.capacity else { return nil }
    places[samples] = pictures.count
    pictures.append(samples)
    return pictures.count - 1
  }

  /// Red, green and blue of an image's pixels, or of the means of squares of them.
  private mutating func samples(of image: Int, in source: any ImageSource) -> [UInt8]? {
    guard let pixels = try? source.pixels(at: [image], workers: .one) else { return nil }
    let shape = source.shape
    let step = (max(shape.height, shape.width) + Self.largestSide - 1) / Self.largestSide
    (height, width) = (max(1, shape.height / step), max(1, shape.width / step))
    var samples: [UInt8] = []
    samples.reserveCapacity(height * width * 3)
    for row in 0..<height {
      for column in 0..<width {
        for color in 0..<3 {
          // Of other numbers of channels the first is shown.
          let channel = shape.channels == 3 ? color : 0
          var (sum, count) = (0, 0)
          for y in (row * step)..<min((row + 1) * step, shape.height) {
            for x in (column * step)..<min((column + 1) * step, shape.width) {
              sum += Int(pixels.bytes[(y * shape.width + x) * shape.channels + channel])
              count += 1
            }
          }
          samples.append(UInt8((sum + count / 2) / count))
        }
      }
    }
    return samples
  }

  /// Pixels from one cell to the next: a margin of one at least, in whole blocks of 8.
  private static func cell(_ side: Int) -> Int { (side + 2 + 7) / 8 * 8 }

  /// Where a picture's pixels begin.
  private static func corner(_ place: Int, _ height: Int, _ width: Int) -> (x: Int, y: Int) {
    (
      place % columns * cell(width) + (cell(width) - width) / 2,
      place / columns * cell(height) + (cell(height) - height) / 2
    )
  }

  /// Pixels of the sheet.
  private var size: (rows: Int, columns: Int) {
    (
      (pictures.count + Self.columns - 1) / Self.columns * Self.cell(height),
      min(pictures.count, Self.columns) * Self.cell(width)
    )
  }

  /// The sheet as a WebP file, without loss where that is small, else of the best quality that
  /// keeps to the bytes aimed at; nil without memory.
  private func encoded() -> [UInt8]? {
    let (rows, columns) = size
    var samples = [UInt8](repeating: 0, count: rows * columns * 3)
    let (cellHeight, cellWidth) = (Self.cell(height), Self.cell(width))
    for (place, picture) in pictures.enumerated() {
      let (x, y) = Self.corner(place, height, width)
      let (left, top) = (place % Self.columns * cellWidth, place / Self.columns * cellHeight)
      for row in top..<(top + cellHeight) {
        let source = min(max(row - y, 0), height - 1) * width
        for column in left..<(left + cellWidth) {
          let pixel = 3 * (source + min(max(column - x, 0), width - 1))
          let target = 3 * (row * columns + column)
          for color in 0..<3 { samples[target + color] = picture[pixel + color] }
        }
      }
    }
    var best: [UInt8]?
    for quality in [nil, 90, 80, 65, 50, 35] as [Float?] {
      var file: UnsafeMutablePointer<UInt8>?
      let (width, height, stride) = (Int32(columns), Int32(rows), Int32(3 * columns))
      let count =
        quality.map { WebPEncodeRGB(samples, width, height, stride, $0, &file) }
        ?? WebPEncodeLosslessRGB(samples, width, height, stride, &file)
      defer { WebPFree(file) }
      guard count > 0, let file else { return best }
      best = Array(UnsafeBufferPointer(start: file, count: count))
      if count <= (quality == nil ? Self.losslessBytes : Self.aimedBytes) { break }
    }
    return best
  }
}
